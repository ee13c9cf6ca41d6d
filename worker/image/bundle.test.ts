import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useDeployments } from "../dev/scenarios/scenario-fixture.ts";
import { digestOf, ENTRY, filesOf, type KeptBundle } from "./bundle-store.ts";
import { warm } from "./warm.ts";

const LAST_BUILD = /^[.]last-build-/;
const project = fileURLToPath(new URL("../..", import.meta.url));
const deploy = useDeployments();
let folder: string;
let to: string;
let bundle: KeptBundle;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bundle-"));
  to = join(folder, "bundles");
  bundle = await built(project, to);
});

afterAll(() => rm(folder, { recursive: true }));

function start(sources: string, into: string) {
  const bundler = join(sources, "worker/image/bundle.ts");
  // From elsewhere: who calls it need not stand in the project.
  return spawn(process.execPath, [bundler, "--to", into], {
    cwd: tmpdir(),
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** The bundles in a folder. */
async function kept(into: string): Promise<string[]> {
  return (await readdir(into)).filter((name) => !LAST_BUILD.test(name));
}

async function lastBuild(into: string): Promise<string> {
  return join(into, (await readdir(into)).find((name) => LAST_BUILD.test(name)) ?? "none");
}

async function outcome(child: ReturnType<typeof start>) {
  const [out, error, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { out, error, code: code as number | null };
}

async function built(sources: string, into: string): Promise<KeptBundle> {
  const { out, error, code } = await outcome(start(sources, into));
  expect([code, error]).toEqual([0, ""]);
  expect(out.trimEnd().split("\n")).toHaveLength(1);
  return JSON.parse(out) as KeptBundle;
}

/** The sources at another place, to be changed. */
async function copyOfSources(name: string): Promise<string> {
  const copy = join(folder, name);
  await mkdir(copy);
  for (const file of ["worker", "package.json", "LICENSE", "NOTICE.md"]) {
    await cp(join(project, file), join(copy, file), {
      recursive: true,
      filter: (path) => !path.startsWith(join(project, "worker/dev")),
    });
  }
  await symlink(join(project, "node_modules"), join(copy, "node_modules"));
  return copy;
}

test("a bundle is named by its content, and nobody can change it by accident", async () => {
  expect(bundle.built).toBe(true);
  const files = await filesOf(bundle.directory);
  expect(bundle.digest).toBe(digestOf(files));
  expect(bundle.directory).toBe(join(to, bundle.digest.replace("sha256:", "")));
  expect(bundle.bytes).toBe([...files.values()].reduce((sum, { length }) => sum + length, 0));
  for (const path of files.keys())
    expect((await stat(join(bundle.directory, path))).mode & 0o777).toBe(0o444);
});

test("the same sources at another place are the same bundle, which is not built again", async () => {
  expect(await built(await copyOfSources("elsewhere"), to)).toEqual({ ...bundle, built: false });
});

test("other sources are another bundle", async () => {
  const copy = await copyOfSources("changed");
  await writeFile(join(copy, "worker/conversation/lua/due.lua"), "-- changed\n");
  expect((await built(copy, join(folder, "others"))).digest).not.toBe(bundle.digest);
});

test("sources that do not compile are refused in one sentence", async () => {
  const copy = await copyOfSources("broken");
  await writeFile(join(copy, "worker/runtime/shutdown.ts"), "export const = 1;\n");
  const { out, error, code } = await outcome(start(copy, to));
  expect([code, out]).toEqual([1, ""]);
  expect(error).toBe(
    'the worker does not compile: worker/runtime/shutdown.ts:1:14: Expected identifier but found "="\n',
  );
});

test("builds at the same time, and builds that are killed, leave one whole bundle", async () => {
  const shared = join(folder, "shared");
  const outcomes = await Promise.all([1, 2, 3].map(() => built(project, shared)));
  expect(new Set(outcomes.map(({ digest }) => digest))).toEqual(new Set([bundle.digest]));
  expect(outcomes.filter((each) => each.built)).toHaveLength(1);
  expect(await kept(shared)).toEqual([bundle.digest.replace("sha256:", "")]);

  const killed = join(folder, "killed");
  const victim = start(project, killed);
  // While it writes.
  while (!(await readdir(killed).catch(() => [])).some((name) => name.startsWith("."))) await delay(1);
  victim.kill("SIGKILL");
  await once(victim, "close");
  const left = (await readdir(killed)).filter((name) => name.startsWith("."));
  expect(await built(project, killed)).toMatchObject({ digest: bundle.digest, built: true });
  const longAgo = new Date(Date.now() - 7_200_000);
  for (const name of left) await utimes(join(killed, name), longAgo, longAgo);
  await rm(await lastBuild(killed));
  expect(await built(project, killed)).toMatchObject({ built: false });
  expect(await kept(killed)).toEqual([bundle.digest.replace("sha256:", "")]);
});

test("nothing is compiled again until something that the bundle is made of changes", async () => {
  const copy = await copyOfSources("again");
  const into = join(folder, "again-bundles");
  const { digest } = await built(copy, into);
  const { mtimeMs } = await stat(await lastBuild(into));
  expect(await built(copy, into)).toMatchObject({ digest, built: false });
  expect((await stat(await lastBuild(into))).mtimeMs).toBe(mtimeMs);
  const main = join(copy, "worker/main.ts");
  await writeFile(main, `${await readFile(main, "utf8")}\nexport const changed = 1;\n`);
  expect((await built(copy, into)).digest).not.toBe(digest);
  await rm(join(copy, "worker/runtime/shutdown.ts"));
  expect((await outcome(start(copy, into))).code).toBe(1);
});

test("a bundle that was changed is not passed off as what its name says", async () => {
  const changed = join(folder, "tampered");
  const { directory } = await built(project, changed);
  await writeFile(join(directory, "extra.mjs"), "");
  const { error, code } = await outcome(start(project, changed));
  expect(code).toBe(1);
  expect(error).toBe(`${directory} was changed since it was built; remove it and build again\n`);
});

test("WhatsApp's libraries are in files of their own, and licenses are passed on", async () => {
  const files = await filesOf(bundle.directory);
  const holding = (needle: string): string[] =>
    [...files]
      .filter(([path, content]) => path.endsWith(".mjs") && Buffer.from(content).includes(needle))
      .map(([path]) => path);
  const libsignal = holding('"node_modules/libsignal/');
  expect(libsignal.length).toBeGreaterThan(0);
  expect(libsignal).not.toContain(ENTRY);
  expect(holding("makeWASocket=").filter((path) => path === ENTRY || libsignal.includes(path))).toEqual([]);

  const licenses = Buffer.from(files.get("THIRD-PARTY-LICENSES.txt") ?? "").toString();
  expect(licenses).toMatch(/^libsignal \S+: GPL-3[.]0$/m);
  expect(licenses).toContain("GNU GENERAL PUBLIC LICENSE");
  for (const name of ["@whiskeysockets/baileys", "bullmq", "zod", "@bull-board/ui"])
    expect(licenses).toContain(`\n${name} `);
  for (const file of ["LICENSE", "NOTICE.md"]) {
    expect(Buffer.from(files.get(file) ?? "").toString()).toBe(await readFile(join(project, file), "utf8"));
  }
});

test("no file has a character that would make V8 keep it in two bytes each", async () => {
  const texts = [...(await filesOf(bundle.directory))].filter(([path]) => path.endsWith(".mjs"));
  expect(texts.length).toBeGreaterThan(1);
  for (const [path, content] of texts)
    expect([path, /[^\0-\xff]/.exec(Buffer.from(content).toString())?.[0]]).toEqual([path, undefined]);
});

test("AWS's SDK is in the bundle, in files that are loaded only where metrics are published", async () => {
  const texts = [...(await filesOf(bundle.directory))]
    .filter(([path]) => path.endsWith(".mjs"))
    .map(([path, content]) => [path, Buffer.from(content).toString()] as const);
  const sources = new Map(texts);
  // The entry loads the rest once it has told V8 how.
  const [, rest = ""] = /import\("[.]\/([^"]+[.]mjs)"\)/.exec(sources.get(ENTRY) ?? "") ?? [];
  const loaded = new Set([ENTRY, rest]);
  for (const path of loaded) {
    for (const [, chunk] of (sources.get(path) ?? "").matchAll(/(?:from|import)"[.]\/([^"]+[.]mjs)"/g))
      loaded.add(chunk ?? "");
  }
  expect(loaded.size).toBeGreaterThan(1);
  const holding = texts.filter(([, source]) => source.includes("GraniteServiceVersion20100801"));
  expect(holding.length).toBeGreaterThan(0);
  expect(holding.filter(([path]) => loaded.has(path))).toEqual([]);
});

test("the bundle publishes metrics with the credentials that Fargate serves to a task", async () => {
  const authorizations: unknown[] = [];
  const expires = new Date(Date.now() + 3_600_000).toISOString();
  const task = { AccessKeyId: "TASK", SecretAccessKey: "secret", Token: "token", Expiration: expires };
  const server = createServer((request, response) => {
    if (request.url === "/credentials") return void response.end(JSON.stringify(task));
    authorizations.push(request.headers.authorization);
    response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end("{}");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const deployment = await deploy();
    const worker = deployment.worker(
      {
        OXY_METRICS: "cloudwatch",
        AWS_ENDPOINT_URL: url,
        AWS_REGION: "sa-east-1",
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/credentials`,
        HOME: "/",
      },
      join(bundle.directory, ENTRY),
    );
    await expect.poll(() => authorizations.length, { timeout: 10_000 }).toBe(1);
    expect(authorizations[0]).toMatch(/Credential=TASK\/\d+\/sa-east-1\/monitoring\/aws4_request/);
    expect(await worker.stop()).toBe(0);
    expect(worker.logged.filter(({ level }) => level !== "info")).toEqual([]);
  } finally {
    server.close();
  }
});

test("with no node_modules near it and all of it compiled before, it answers, and serves the board", async () => {
  const cache = join(folder, "compile-cache");
  warm(bundle.directory, cache);
  const main = join(bundle.directory, ENTRY);
  const { stdout, stderr } = spawnSync(process.execPath, [main], {
    env: { NODE_COMPILE_CACHE: cache, NODE_DEBUG_NATIVE: "COMPILE_CACHE" },
    encoding: "utf8",
  });
  expect(stdout + stderr).toContain(`${ENTRY} was accepted`);

  const deployment = await deploy();
  const worker = deployment.worker({ NODE_COMPILE_CACHE: cache }, main);
  await worker.ready();
  await deployment.addOrganization("ana");
  const phone = await deployment.pair("ana");
  const customer = deployment.whatsapp.contact();
  customer.write(phone, "oi");
  await customer.waitForMessage("re: oi");

  const { board } = await worker.logs(({ message }) => message === "listening");
  const page = await (await fetch(String(board))).text();
  expect(page).toContain("<title>Oxy Workers</title>");
  const script = /src="([^"]+\.js)"/.exec(page)?.[1] ?? "no script";
  expect((await fetch(new URL(script, `${String(board)}/`))).status).toBe(200);
  const queues = (await (await fetch(`${String(board)}/api/queues`)).json()) as { queues: unknown[] };
  expect(queues.queues).toHaveLength(4);
  expect(await worker.stop()).toBe(0);
  expect(worker.logged.filter(({ level }) => level === "error" || level === "warn")).toEqual([]);
});
