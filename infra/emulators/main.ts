import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { emulatedServices, projectHome, rehearsalHome } from "../home.ts";
import { exportsFor } from "../offline.ts";
import { pruneBundles } from "../provider/local/bundles.ts";
import { claim } from "../supervisor/claim.ts";
import { emulatedApis } from "./apis.ts";
import { Emulators } from "./cloud.ts";
import { emulatorsDesk } from "./desk.ts";
import { endLeftovers } from "./leftovers.ts";
import { findEmulators, forgetEmulators, noteEmulators } from "./running.ts";

const PORT = 4_410;
const HELP = `The APIs of hosts and stores on this machine, to rehearse a deployment with: their services are the real
worker and a real Redis. Nothing leaves the machine, and no account is needed.

Usage: npm run emulators -- [options]

  --port <n>       where they are told what goes wrong (${PORT}; 0 for any)
  --home <folder>  where they are found by oxy (OXY_HOME, or .oxy beside Pulumi.yaml)
  --json           print one line of JSON when they are ready
  --help           show this

Then, in another terminal, --offline with any command of oxy:
  $ npx oxy up -s staging --offline
  $ curl http://127.0.0.1:${PORT}/services           # what runs: name, image, pid, port
  $ curl 'http://127.0.0.1:${PORT}/calls?writes=1'   # what the APIs were asked; also api=<name>
  $ curl -X DELETE http://127.0.0.1:${PORT}/calls    # forget it

One call goes wrong, of the next ones that match; "null" for none again, GET for what became of it:
  $ curl -X PUT http://127.0.0.1:${PORT}/faults -d '{"nth": 3, "fault": {"kind": "cut after"}}'
  $ curl -X PUT http://127.0.0.1:${PORT}/faults -d '{"api": "render", "method": "POST", "pathPattern": "/services$",
      "fault": {"kind": "status", "status": 429, "retryAfterSeconds": 2}}'
It may also say "bodyPattern", "writes": true for what may change something, and "times" for several in a row; a
fault is "cut before" the call is carried out, "cut after", or a "status".

AWS stands in for Pulumi's plugin, and for what AWS's SDKs call. It holds types and properties against @pulumi/aws, runs
services, Spot included, and proves config, secrets, references and order: nothing about AWS itself. Spot takes back:
  $ curl -X PUT http://127.0.0.1:${PORT}/interruptions -d '{"service": "<name>", "capacity": "absent"}'

Plain Pulumi:
  $ eval "$(curl -s http://127.0.0.1:${PORT}/environment)"; npx pulumi up -s staging`;

process.exitCode = await main();

async function main(): Promise<number> {
  const values = optionsIn(process.argv.slice(2));
  if (typeof values === "string") return fail(values);
  if (values.help) return say(HELP);
  const home = values.home === undefined ? projectHome() : resolve(values.home);
  const stage = rehearsalHome(home);
  await mkdir(stage, { recursive: true, mode: 0o700 });
  const claimed = claim(stage);
  if (claimed === undefined) return fail(await occupied(home));

  const folder = emulatedServices(stage);
  await endLeftovers(folder);
  const emulators = await Emulators.start(emulatedApis, { home: stage, folder });
  const desk = emulatorsDesk(emulators, exportsFor(home, emulators.environment));
  try {
    const url = await desk.listen({ host: "127.0.0.1", port: Number(values.port) });
    const stopped = stopSignal(() => void endLeftovers(folder));
    await tell(emulators, { home, desk: url, json: values.json });
    await stopped;
    if (!values.json) say("ending what runs, each in its own time; again: at once");
    return 0;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return fail(`--port: expected a port that is free, got ${values.port} (${message})`);
  } finally {
    await forgetEmulators(home);
    await desk.close();
    await emulators.close();
    await pruneBundles(stage);
    claimed.release();
  }
}

/** @returns a sentence when they cannot be meant */
function optionsIn(args: string[]) {
  const options = {
    port: { type: "string", default: `${PORT}` },
    home: { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  } as const;
  try {
    const { values } = parseArgs({ args, options });
    const isPort = /^\d{1,5}$/.test(values.port) && Number(values.port) < 65_536;
    return isPort ? values : `--port: expected a number from 0 to 65535, got ${values.port}`;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Notes them for others, then says that they are ready. */
async function tell(
  emulators: Emulators<string>,
  { home, desk, json }: { readonly home: string; readonly desk: string; readonly json: boolean },
): Promise<void> {
  const { environment } = emulators;
  const each = Object.entries(emulators.apis);
  const apis = Object.fromEntries(each.map(([name, { api, url }]) => [name, { title: api.title, url }]));
  await noteEmulators(home, { desk, apis, environment });
  if (json) {
    say(JSON.stringify({ kind: "ready", pid: process.pid, desk, home, apis, environment }));
    return;
  }
  const addresses = Object.values(apis).map(({ title, url }) => [title, url] as const);
  for (const [title, url] of [["Desk", `${desk} (--help says what it takes)`] as const, ...addresses])
    say(`  ${title.padEnd(12)} ${url}`);
  say("\nIn another terminal, with any command of oxy: --offline. Ctrl-C ends all that runs here.");
}

/** Resolves when somebody wants an end. @param again told when they want it sooner */
async function stopSignal(again: () => void): Promise<void> {
  const { promise, resolve: stop } = Promise.withResolvers<void>();
  let stopping = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (stopping) again();
      stopping = true;
      stop();
    });
  }
  await promise;
}

async function occupied(home: string): Promise<string> {
  const running = await findEmulators(home);
  const who = running === undefined ? "another process" : `process ${running.pid}, desk ${running.desk}`;
  return `emulators of ${home} run already: ${who}`;
}

function say(line: string): 0 {
  process.stdout.write(`${line}\n`);
  return 0;
}

function fail(sentence: string): 1 {
  process.stderr.write(`${sentence}\n`);
  return 1;
}
