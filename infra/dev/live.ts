import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { ownEnvironment, projectHome } from "../home.ts";
import { hosts } from "../hosts.ts";
import { stores } from "../stores.ts";
import { conformance } from "./live/conformance.ts";
import { LiveProject } from "./live/project.ts";
import { NoTarget, targetNamed, targetNames, type LiveTarget, type Wishes } from "./live/target.ts";

const HELP = `Deploys a host or a store for real, as small as its defaults, with credentials from the environment: preview,
create, read, update without a change, status, logs, delete. What it made is removed whatever happens.

Usage: npm run test:live -- <host or store> [options]

  --image <ref>     what runs: registry/name@sha256:…, which the host can pull (where it runs no bundles)
  --fleet <json>    further fields of the fleet, as the stack's config has them
  --store <json>    the same of the store; "kind" chooses another than the nearest
  --minutes <n>     after which it stops and removes what it made (20; 60 with elasticache): this is what it may cost
  --spend-money     go ahead without asking
  --offline         against the emulated APIs (npm run emulators), which costs nothing
  --help            show this

Examples:
  $ npm run test:live -- render --image ghcr.io/acme/oxy-worker@sha256:…
  $ npm run test:live -- upstash --store '{"plan": "free"}'
  $ npm run test:live -- ecs-fargate --image … --fleet '{"account": "111122223333"}' --store '{"kind": "upstash"}'
  $ npm run test:live -- fly --offline

Ends with 1 when anything was not as it should be, or could not be removed; what is left is listed then.`;

type Values = ReturnType<typeof optionsIn>["values"];

/** The request cannot be meant; the message says why. */
class Unclear extends Error {
  override readonly name = "Unclear";
}

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const { values, positionals } = optionsIn(process.argv.slice(2));
    const [name] = positionals;
    if (values.help === true || name === undefined) {
      say(HELP);
      say(`\nThere are: ${targetNames({ hosts, stores }).join(", ")}`);
      return values.help === true ? 0 : 2;
    }
    const wishes = { fleet: json("--fleet", values.fleet), store: json("--store", values.store) };
    const target = targetNamed(name, wishes as Wishes, { hosts, stores });
    const image = imageFor(target, values);
    const stack = `live-${name}-${randomBytes(3).toString("hex")}`;
    say(`stack ${stack}: fleet on ${target.host.name}, store ${target.store.kind}, image ${image}`);
    const minutes = values.minutes === undefined ? target.minutes : Number(values.minutes);
    if (!(minutes > 0)) throw new Unclear(`--minutes: expected a number above 0, got ${values.minutes}`);
    if (values.offline !== true) {
      const whose = await accountOf(target);
      if (whose !== undefined) say(whose);
      await agree(minutes, values);
    }
    return await run(stack, target, image, { ...values, minutes });
  } catch (error) {
    if (!(error instanceof NoTarget || error instanceof Unclear)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
}

function optionsIn(args: string[]) {
  const options = {
    image: { type: "string" },
    fleet: { type: "string" },
    store: { type: "string" },
    minutes: { type: "string" },
    "spend-money": { type: "boolean" },
    offline: { type: "boolean" },
    help: { type: "boolean" },
  } as const;
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new Unclear((error as Error).message);
  }
}

function json(option: string, value: string | undefined): unknown {
  try {
    const fields: unknown = value === undefined ? {} : JSON.parse(value);
    if (typeof fields === "object" && fields !== null && !Array.isArray(fields)) return fields;
  } catch {
    // The same sentence.
  }
  throw new Unclear(`${option}: expected an object as JSON, got ${value}`);
}

function imageFor({ host }: LiveTarget, { image, offline }: Values): string {
  if (image !== undefined) return image;
  if (offline === true || host.images.includes("bundle")) return "./worker";
  throw new Unclear(
    `--image: expected one in a registry that ${host.name} can pull, got nothing (npm run image builds one to push)`,
  );
}

/** Whose account it would be, where no token of this stack's says it. @throws Unclear when AWS says it is nobody's */
async function accountOf({ host, store, fleet }: LiveTarget): Promise<string | undefined> {
  if (![host, store].some(({ api }) => api?.title === "AWS")) return undefined;
  const { introduce } = await import("../aws/account/identity.ts");
  const introduction = await introduce(String(fleet["region"] ?? "us-east-1"), ownEnvironment());
  if (!("identity" in introduction)) throw new Unclear(`account: ${introduction.why}`);
  const { account, arn } = introduction.identity;
  return `account ${account} (${arn})`;
}

/** @throws Unclear when nobody is there, or they do not want it */
async function agree(minutes: number, { "spend-money": agreed }: Values): Promise<void> {
  if (agreed === true) return;
  const what = `this costs what the providers charge for up to ${minutes} minutes`;
  if (!process.stdin.isTTY) throw new Unclear(`--spend-money: expected it, because ${what}`);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`${what}: go ahead? [y/N] `);
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new Unclear("not confirmed, nothing was done");
}

async function run(
  stack: string,
  target: LiveTarget,
  image: string,
  values: Omit<Values, "minutes"> & { readonly minutes: number },
): Promise<number> {
  const offline = values.offline === true;
  // Kept with the project until all of it is removed: only its state knows what there is.
  const folder = join(projectHome(), "live", stack);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const home = offline ? projectHome() : join(folder, ".oxy");
  // Whatever else is rehearsed or deployed in this shell.
  const own = { OXY_HOME: home, OXY_OFFLINE: offline ? "1" : "", PULUMI_BACKEND_URL: "" };
  const environment = { ...process.env, ...own };
  const project = await LiveProject.create({ folder, stack, image, environment, offline }, target);
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(`${values.minutes} minutes are over`), values.minutes * 60_000);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      say(
        stop.signal.aborted
          ? "what was made is being removed: please wait"
          : "stopping, then removing what was made",
      );
      stop.abort("interrupted");
    });
  }
  const { failures, left } = await conformance(project, { signal: stop.signal, tell: say });
  clearTimeout(timer);
  for (const failure of failures) say(`       ${failure}`);
  for (const one of left) say(`left   ${one}`);
  if (left.length > 0) say(`       go on with: ${project.byHand}`);
  else await rm(folder, { recursive: true, force: true });
  return failures.length === 0 && left.length === 0 ? 0 : 1;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
