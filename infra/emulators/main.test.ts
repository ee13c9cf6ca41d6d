import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { emulatedServices, rehearsalHome } from "../home.ts";
import { bundleDirectory } from "../image.ts";
import { identityOf } from "../supervisor/process-identity.ts";
import { testMachine } from "../supervisor/machine-fixture.ts";
import { startService } from "../supervisor/start-service.ts";
import { findEmulators } from "./running.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const machine = testMachine();
const running = new Set<ChildProcess>();

afterEach(async () => {
  await Promise.all([...running].map((child) => ended(child, "SIGKILL")));
});

function start(...args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [MAIN, "--home", machine().home, "--port", "0", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

/** Resolves with what it says when it is ready. */
async function ready(child: ChildProcess): Promise<{ desk: string; pid: number; environment: object }> {
  if (child.stdout === null) throw new Error("expected its output");
  for await (const line of createInterface(child.stdout)) return JSON.parse(line) as never;
  throw new Error("it ended before it was ready");
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const exited = child.exitCode === null ? once(child, "exit") : [child.exitCode];
  child.kill(signal);
  return ((await exited) as [number | null])[0];
}

/** A service as emulated hosts run it, which does not heed SIGTERM. */
async function stubborn(): Promise<number> {
  const folder = join(emulatedServices(rehearsalHome(machine().home)), "toy/containers/thing-1");
  await mkdir(folder, { recursive: true });
  const code = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1_000);';
  const { record } = await startService(folder, {
    command: process.execPath,
    args: ["--eval", `${code} // ${machine().home}`],
    environment: {},
    workingDirectory: machine().home,
    stop: { signal: "SIGTERM", graceSeconds: 300 },
    labels: {},
  });
  return record.supervisor.pid;
}

test.each(["SIGINT", "SIGTERM"] as const)(
  "they are found as long as they run, and nothing is left after a %s",
  async (signal) => {
    const child = start("--json");
    const { desk, pid } = await ready(child);
    const file = join(machine().home, "emulators.json");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await findEmulators(machine().home)).toMatchObject({ ...identityOf(child.pid ?? 0), desk });
    expect(pid).toBe(child.pid);
    expect(await (await fetch(`${desk}/services`)).json()).toEqual([]);
    const bundle = bundleDirectory(rehearsalHome(machine().home), `sha256:${"a".repeat(64)}`);
    await mkdir(bundle, { recursive: true });
    expect(await ended(child, signal)).toBe(0);
    expect(await findEmulators(machine().home)).toBeUndefined();
    expect([file, bundle].filter((path) => existsSync(path))).toEqual([]);
  },
);

test("a second one for the same home is refused, and the first one named", async () => {
  const { desk, pid } = await ready(start("--json"));
  const second = start("--json");
  const said = second.stderr === null ? "" : await text(second.stderr);
  expect(said).toBe(`emulators of ${machine().home} run already: process ${pid}, desk ${desk}\n`);
  expect(await findEmulators(machine().home)).toMatchObject({ pid });
});

test("what killed ones left is no longer found, and is ended by the next ones", async () => {
  const killed = start("--json");
  await ready(killed);
  await ended(killed, "SIGKILL");
  expect(existsSync(join(machine().home, "emulators.json"))).toBe(true);
  expect(await findEmulators(machine().home)).toBeUndefined();
  const supervisor = await stubborn();
  expect(identityOf(supervisor)).toBeDefined();
  await ready(start("--json"));
  expect([...machine().living().values()].filter((line) => !line.includes(MAIN))).toEqual([]);
});

test("a pid that another process got by now is not taken for them", async () => {
  const noted = { pid: process.pid, startToken: "of another", desk: "", apis: {}, environment: {} };
  await writeFile(join(machine().home, "emulators.json"), JSON.stringify(noted));
  expect(await findEmulators(machine().home)).toBeUndefined();
});

test("people are told where the desk is", async () => {
  const child = start();
  if (child.stdout === null) throw new Error("expected its output");
  for await (const line of createInterface(child.stdout)) {
    expect(line).toMatch(/^ {2}Desk +http:\/\/127\.0\.0\.1:\d+ /);
    break;
  }
  const { desk } = (await findEmulators(machine().home)) ?? {};
  const exported = await (await fetch(`${desk}/environment`)).text();
  const { home } = machine();
  expect(exported).toContain(`export OXY_HOME='${home}'\n`);
  const print = `${exported}echo "$OXY_OFFLINE $PULUMI_BACKEND_URL"`;
  expect(execFileSync("sh", ["-c", print], { encoding: "utf8" })).toBe(
    `1 file://${home}/offline/state?create_dir=true&metadata=skip\n`,
  );
  expect(await readFile(join(machine().home, "emulators.json"), "utf8")).toContain(`"desk": "${desk}"`);
});

test.each([
  [["--port", "moon"], "--port: expected a number from 0 to 65535, got moon\n"],
  [["--faults"], "Unknown option '--faults'\n"],
])("%s is refused in a sentence", async (args, expected) => {
  const child = spawn(process.execPath, [MAIN, "--home", machine().home, ...args]);
  running.add(child);
  const exited = once(child, "exit");
  expect(await text(child.stderr)).toBe(expected);
  expect(await exited).toEqual([1, null]);
});

test("--help shows examples, and a taken port is told in a sentence", async () => {
  expect(execFileSync(process.execPath, [MAIN, "--help"], { encoding: "utf8" })).toContain(
    "$ npx oxy up -s staging --offline",
  );
  const { desk } = await ready(start("--json"));
  const { port } = new URL(desk);
  const second = spawn(process.execPath, [MAIN, "--home", join(machine().home, "other"), "--port", port]);
  running.add(second);
  expect(await text(second.stderr)).toMatch(
    `--port: expected a port that is free, got ${port} (listen EADDRINUSE`,
  );
});
