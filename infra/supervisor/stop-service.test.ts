import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inspectService } from "./inspect-service.ts";
import { HASTY, pidOf, testMachine } from "./machine-fixture.ts";
import { identityOf, isAlive } from "./process-identity.ts";
import { endedWithin } from "./process-signal.ts";
import { UnreadableRecord, type ServiceRecord } from "./record.ts";
import { removeService, ServiceStillRuns } from "./remove-service.ts";
import { startService, ServiceAlreadyRuns } from "./start-service.ts";
import { stopService } from "./stop-service.ts";

const machine = testMachine();

test("a stopped service is on record as stopped, and is not started again", async () => {
  const { directory } = machine();
  await startService(directory, machine().spec("idle"), { supervision: HASTY });
  await stopService(directory);
  expect(await inspectService(directory)).toMatchObject({
    record: { stopped: true, restarts: 0, child: null, lastExit: { signal: "SIGTERM" } },
    supervisorAlive: false,
    childAlive: false,
  });
  await stopService(directory);
});

test("a service that is waiting for its restart is stopped at once", async () => {
  const { directory } = machine();
  const backoff = { firstMs: 600_000, longestMs: 600_000, settledMs: 600_000 };
  await startService(directory, machine().spec("fail"), { supervision: { ...HASTY, backoff } });
  await machine().state(({ record }) => record.child === null);
  await stopService(directory);
});

test("a child that ignores its stop signal is killed after its grace", async () => {
  const { directory } = machine();
  const stop = { signal: "SIGTERM", graceSeconds: 0.3 } as const;
  await startService(directory, machine().spec("deaf", "", { stop }));
  await machine().printed("deaf");
  const since = performance.now();
  await stopService(directory);
  expect(performance.now() - since).toBeGreaterThan(300);
  expect(machine().log()).toContain("heard");
  const state = await inspectService(directory);
  expect(state?.record).toMatchObject({ stopped: true, lastExit: { signal: "SIGKILL" } });
});

test("what a killed child started in its group ends with it", async () => {
  const { directory } = machine();
  const stop = { signal: "SIGTERM", graceSeconds: 0.1 } as const;
  await startService(directory, machine().spec("family", "", { stop }));
  await machine().printed("idle");
  expect(machine().living().size).toBe(3);
  await stopService(directory);
  await expect.poll(() => machine().living().size).toBe(0);
});

test("whoever stops a service may be less patient than its own grace", async () => {
  const { directory } = machine();
  await startService(directory, machine().spec("deaf"));
  await machine().printed("deaf");
  await stopService(directory, { graceSeconds: 0.1 });
  const state = await inspectService(directory);
  expect(state?.record).toMatchObject({ stopped: true, lastExit: { signal: "SIGKILL" } });
});

test("a second request to stop does not shorten the grace, from whatever process", async () => {
  const { directory } = machine();
  await startService(directory, machine().spec("slow", "300"));
  await machine().printed("slow");
  const [exit] = await Promise.all([
    once(machine().other("stop"), "exit"),
    stopService(directory),
    stopService(directory),
  ]);
  expect(exit).toEqual([0, null]);
  expect((await inspectService(directory))?.record.lastExit).toMatchObject({ code: 0, signal: null });
});

test("a SIGKILLed supervisor leaves an orphan that cannot be started twice, and that stopService ends", async () => {
  const { directory } = machine();
  const spec = machine().spec("slow", "50");
  const { record } = await startService(directory, spec);
  await machine().printed("slow");
  process.kill(-record.supervisor.pid, "SIGKILL");
  expect(await endedWithin(record.supervisor, 10_000)).toBe(true);
  const orphaned = await inspectService(directory);
  expect(orphaned).toMatchObject({ supervisorAlive: false, childAlive: true });
  await expect(startService(directory, spec)).rejects.toThrow(ServiceAlreadyRuns);
  await expect(removeService(directory)).rejects.toThrow(ServiceStillRuns);
  expect(pidOf(orphaned!)).toBe(record.child?.pid);
  await stopService(directory);
  expect(machine().living().size).toBe(0);
  await startService(directory, spec);
  await stopService(directory);
});

test("an orphan that ignores its stop signal is killed", async () => {
  const { directory } = machine();
  const { record } = await startService(directory, machine().spec("deaf"));
  await machine().printed("deaf");
  process.kill(record.supervisor.pid, "SIGKILL");
  expect(await endedWithin(record.supervisor, 10_000)).toBe(true);
  await stopService(directory, { graceSeconds: 0.1 });
  expect(machine().living().size).toBe(0);
});

test("a supervisor that does not react is killed with its service", { timeout: 90_000 }, async () => {
  const { directory } = machine();
  const { record } = await startService(directory, machine().spec("deaf"));
  await machine().printed("deaf");
  process.kill(record.supervisor.pid, "SIGSTOP");
  await stopService(directory, { graceSeconds: 0.1 });
  expect(machine().living().size).toBe(0);
});

test("who stops waiting does not stop the stopping", async () => {
  const { directory } = machine();
  const { record } = await startService(directory, machine().spec("slow", "200"));
  await machine().printed("slow");
  const stopping = stopService(directory, { signal: AbortSignal.timeout(50) });
  await expect(stopping).rejects.toThrow("timeout");
  expect(await endedWithin(record.supervisor, 10_000)).toBe(true);
});

test("a reused pid is not signalled", async () => {
  const { directory } = machine();
  const bystander = await machine().bystander();
  const pid = bystander.pid ?? 0;
  mkdirSync(directory);
  writeRecord({ supervisor: { pid, startToken: "another boot" }, child: { pid, startToken: "" } });
  expect(await inspectService(directory)).toMatchObject({ supervisorAlive: false, childAlive: false });
  await stopService(directory);
  await removeService(directory);
  expect(isAlive(identityOf(pid)!)).toBe(true);
  bystander.kill("SIGKILL");
  expect(await once(bystander, "exit")).toEqual([null, "SIGKILL"]);
});

test("a damaged record is told, and nothing is done", async () => {
  const { directory } = machine();
  mkdirSync(directory);
  const identity = { pid: 2, startToken: "" };
  const damages = ["", '{"version":1,"supe', "null", "[]", '{"version":2}'];
  for (const text of damages) {
    writeFileSync(join(directory, "record.json"), text);
    for (const attempt of [inspectService, stopService, removeService]) {
      await expect(attempt(directory)).rejects.toThrow(UnreadableRecord);
    }
  }
  // A signal to these would go to everybody.
  for (const pid of [1, 0, -1]) {
    writeRecord({ supervisor: identity, child: { pid, startToken: "" } });
    await expect(stopService(directory)).rejects.toThrow(UnreadableRecord);
  }
  await expect(startService(directory, machine().spec("idle"))).rejects.toThrow("is not a record");
});

test("a service is removed once it was stopped", async () => {
  const { directory } = machine();
  await startService(directory, machine().spec("idle"));
  await expect(removeService(directory)).rejects.toThrow("still runs");
  await stopService(directory);
  await removeService(directory);
  expect(existsSync(directory)).toBe(false);
  await removeService(directory);
  await stopService(directory);
  expect(await inspectService(directory)).toBeUndefined();
});

function writeRecord(change: Partial<ServiceRecord>): void {
  const record = {
    version: 1,
    restarts: 0,
    startedAt: new Date().toISOString(),
    lastExit: null,
    stopped: false,
    stop: { signal: "SIGTERM", graceSeconds: 0 },
    labels: {},
    logFile: join(machine().directory, "service.log"),
    ...change,
  };
  writeFileSync(join(machine().directory, "record.json"), JSON.stringify(record));
}
