import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { inspectService } from "./inspect-service.ts";
import { HASTY, pidOf, testMachine } from "./machine-fixture.ts";
import { removeService } from "./remove-service.ts";
import { startService, ServiceAlreadyRuns, ServiceNotStarted } from "./start-service.ts";
import { stopService } from "./stop-service.ts";

const machine = testMachine();
const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

test("a started service is found by its directory, with what its starter noted", async () => {
  const { directory } = machine();
  const service = await startService(directory, machine().spec("idle"));
  const state = await inspectService(directory);
  expect(state).toEqual({ record: service.record, supervisorAlive: true, childAlive: true });
  expect(state?.record).toMatchObject({ restarts: 0, lastExit: null, labels: { behaviour: "idle" } });
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(statSync(join(directory, "record.json")).mode & 0o777).toBe(0o600);
  await machine().printed("idle");
  await stopService(directory);
});

test("a service gets its input and only its own environment", async () => {
  const { directory } = machine();
  const stdin = "x".repeat(1_000_000);
  await startService(directory, machine().spec("read", "", { environment: { ONE: "1", TWO: "2" }, stdin }));
  await machine().printed("read 1000000 of ONE,TWO");
  await stopService(directory);
});

test("no secret of the spec is on disk or in the arguments", async () => {
  const { directory } = machine();
  const secret = "the-secret-of-this-test";
  await startService(
    directory,
    machine().spec("read", "", { environment: { PASSWORD: secret }, stdin: secret }),
    { supervision: HASTY },
  );
  await machine().printed(`read ${secret.length} of PASSWORD`);
  process.kill(pidOf(await machine().state(({ childAlive }) => childAlive)), "SIGKILL");
  await machine().state(({ record, childAlive }) => record.restarts === 1 && childAlive);
  const files = readdirSync(directory);
  expect(files).toContain("record.json");
  for (const file of files) expect(readFileSync(join(directory, file), "utf8")).not.toContain(secret);
  const commands = [...machine().living().values()];
  expect(commands).toHaveLength(2);
  expect(commands.join("\n")).not.toContain(secret);
  await stopService(directory);
});

test("a service outlives the process group of its starter", async () => {
  const starter = machine().other("start", machine().spec("idle"));
  if (starter.stdout === null) throw new Error("no output");
  await once(starter.stdout, "data");
  process.kill(-(starter.pid ?? 0), "SIGKILL");
  await once(starter, "exit");
  // It does not only live, it is kept.
  process.kill(pidOf(await machine().state(({ childAlive }) => childAlive)), "SIGKILL");
  await machine().state(({ record, childAlive }) => record.restarts === 1 && childAlive);
  await stopService(machine().directory);
});

test("a starter that is killed at any moment leaves a whole service or none", async () => {
  const { directory } = machine();
  const outcomes: boolean[] = [];
  for (const patienceMs of [0, 1, 2, 4, 8, 16, 32, 64, 128]) {
    const starter = machine().other("start", machine().spec("idle"));
    await appears(join(directory, "supervisor.log"));
    // Not to wait for anything: these are the moments that are looked at.
    await delay(patienceMs);
    process.kill(-(starter.pid ?? 0), "SIGKILL");
    await once(starter, "exit");
    await expect.poll(settled, { timeout: 20_000 }).toBe(true);
    outcomes.push(machine().living().size > 0);
    await stopService(directory);
    await removeService(directory);
  }
  expect(outcomes).toContain(true);

  async function settled(): Promise<boolean> {
    const state = await inspectService(directory);
    return machine().living().size === 0 || (state?.supervisorAlive === true && state.childAlive);
  }
});

test("a part of an order starts nothing", async () => {
  const { directory } = machine();
  mkdirSync(directory);
  const order = JSON.stringify({ spec: machine().spec("idle"), supervision: HASTY });
  for (const length of [0, 1, order.length / 2, order.length - 1]) {
    const supervisor = spawn(process.execPath, [MAIN, directory], { stdio: ["pipe", "inherit", "inherit"] });
    supervisor.stdin.end(order.slice(0, length));
    expect(await once(supervisor, "exit")).toEqual([1, null]);
  }
  expect(readdirSync(directory)).toEqual([]);
});

test("a directory has one service, also when several are started at the same time", async () => {
  const { directory } = machine();
  const spec = machine().spec("idle");
  const starts = await Promise.allSettled([1, 2, 3].map(() => startService(directory, spec)));
  const reasons = starts.flatMap((start) => (start.status === "rejected" ? [start.reason as unknown] : []));
  expect(reasons).toHaveLength(2);
  for (const reason of reasons) expect(reason).toBeInstanceOf(ServiceAlreadyRuns);
  await expect(startService(directory, spec)).rejects.toThrow("already runs");
  expect(machine().living().size).toBe(2);
  await stopService(directory);
});

test("a service that was stopped can be started again", async () => {
  const { directory } = machine();
  for (const behaviour of ["idle", "deaf"]) {
    const { record } = await startService(
      directory,
      machine().spec(behaviour, "", { stop: { signal: "SIGKILL", graceSeconds: 30 } }),
    );
    expect(record).toMatchObject({ stopped: false, lastExit: null, labels: { behaviour } });
    await stopService(directory);
  }
});

test("what cannot be started is told", async () => {
  const { directory } = machine();
  const start = async (more: object) =>
    await startService(directory, machine().spec("idle", "", more)).catch((error: unknown) => error);
  const unknownCommand = await start({ command: "no-such-command" });
  expect(unknownCommand).toBeInstanceOf(ServiceNotStarted);
  expect(unknownCommand).toHaveProperty("message", `${directory}: the command no-such-command was not found`);
  expect(await start({ workingDirectory: "/no/such/place" })).toHaveProperty(
    "message",
    `${directory}: the working directory /no/such/place does not exist`,
  );
  expect(await start({ command: machine().home })).toHaveProperty(
    "message",
    `${directory}: the command ${machine().home} may not be executed`,
  );
  expect(await start({ stop: { signal: "SIGNONE", graceSeconds: 1 } })).toHaveProperty(
    "message",
    `${directory}: the system has no signal SIGNONE to stop it with`,
  );
  expect(await inspectService(directory)).toBeUndefined();
});

test("a start that is given up leaves nothing", async () => {
  const { directory } = machine();
  const cancelled = new AbortController();
  const started = startService(directory, machine().spec("idle"), { signal: cancelled.signal });
  await appears(join(directory, "supervisor.lock"));
  cancelled.abort(new Error("given up"));
  // It may have been done in the same moment.
  await Promise.allSettled([started]);
  await stopService(directory);
  await expect.poll(() => machine().living().size).toBe(0);
  await expect(startService(directory, machine().spec("idle"), { signal: cancelled.signal })).rejects.toThrow(
    "given up",
  );
});

async function appears(path: string): Promise<void> {
  await vi.waitFor(() => expect(existsSync(path)).toBe(true), { interval: 1, timeout: 20_000 });
}
