import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { HASTY, pidOf, testMachine } from "./machine-fixture.ts";
import { endedWithin } from "./process-signal.ts";
import { startService } from "./start-service.ts";
import { stopService } from "./stop-service.ts";
import { SUPERVISION } from "./supervision.ts";

const machine = testMachine();

test("a killed child is started again", async () => {
  const { directory } = machine();
  const { record } = await startService(directory, machine().spec("idle"), { supervision: HASTY });
  await machine().printed("idle");
  process.kill(record.child?.pid ?? 0, "SIGKILL");
  const state = await machine().state(({ record: now, childAlive }) => now.restarts === 1 && childAlive);
  expect(pidOf(state)).not.toBe(record.child?.pid);
  expect(state.record.supervisor).toEqual(record.supervisor);
  expect(state.record.lastExit).toMatchObject({ code: null, signal: "SIGKILL", lastLines: ["idle"] });
  await stopService(directory);
});

test("a child that ends at once is started again after longer and longer waits, and its words are kept", async () => {
  const { directory } = machine();
  const backoff = { firstMs: 50, longestMs: 200, settledMs: 60_000 };
  await startService(directory, machine().spec("fail", "what is wrong"), {
    supervision: { ...SUPERVISION, backoff },
  });
  const { record } = await machine().state(({ record: now }) => now.restarts === 4 && now.child === null);
  expect(record.lastExit).toMatchObject({ code: 3, signal: null });
  expect(record.lastExit?.lastLines).toContain("what is wrong");
  await stopService(directory);
  const starts = [
    ...machine()
      .log()
      .matchAll(/started at (\d+)/g),
  ].map(([, at]) => Number(at));
  const waits = starts.slice(1).map((at, index) => at - (starts[index] ?? 0));
  for (const [index, least] of [50, 100, 200, 200].entries()) expect(waits[index]).toBeGreaterThan(least);
});

test("a service that ran for long enough is started again as soon as at first", async () => {
  const { directory } = machine();
  const backoff = { firstMs: 1, longestMs: 600_000, settledMs: 0 };
  await startService(directory, machine().spec("fail"), { supervision: { ...SUPERVISION, backoff } });
  // Doubled each time, the last of these waits would be of half a minute.
  await machine().state(({ record }) => record.restarts >= 16);
  await stopService(directory);
});

test("a command that is gone when it is started again is waited for", async () => {
  const { directory } = machine();
  const workingDirectory = join(machine().home, "there");
  mkdirSync(workingDirectory);
  const { record } = await startService(directory, machine().spec("idle", "", { workingDirectory }), {
    supervision: HASTY,
  });
  rmSync(workingDirectory, { recursive: true });
  process.kill(record.child?.pid ?? 0, "SIGKILL");
  const away = await machine().state(
    ({ record: now }) => now.restarts === 0 && now.lastExit?.code === null && now.lastExit.signal === null,
  );
  expect(away.record.lastExit?.lastLines).toEqual([
    `the working directory ${workingDirectory} does not exist`,
  ]);
  mkdirSync(workingDirectory);
  await machine().state(({ childAlive }) => childAlive);
  await stopService(directory);
});

test("a child that closes its output goes on", async () => {
  const { directory } = machine();
  const closed = join(machine().home, "closed");
  await startService(directory, machine().spec("mute", closed), { supervision: HASTY });
  await expect.poll(() => existsSync(closed), { timeout: 20_000 }).toBe(true);
  await machine().state(({ childAlive }) => childAlive);
  await stopService(directory);
  await machine().state(({ record }) => record.stopped && record.restarts === 0);
});

test("logs rotate while the service runs, and may be deleted", async () => {
  const { directory } = machine();
  const log = { fileBytes: 100_000, files: 3 };
  const { record } = await startService(directory, machine().spec("print", "10000"), {
    supervision: { ...HASTY, log },
  });
  await machine().printed("printed");
  for (const file of ["service.log", "supervisor.log", "service.log.1"]) rmSync(join(directory, file));
  process.kill(record.child?.pid ?? 0, "SIGKILL");
  await machine().printed("printed");
  const { record: now } = await machine().state(({ childAlive }) => childAlive);
  expect(now).toMatchObject({ restarts: 1, supervisor: record.supervisor });
  await stopService(directory);
});

test("a service whose directory is gone is not started again", async () => {
  const { directory } = machine();
  const { record } = await startService(directory, machine().spec("idle"), { supervision: HASTY });
  await machine().printed("idle");
  rmSync(directory, { recursive: true });
  process.kill(record.child?.pid ?? 0, "SIGKILL");
  expect(await endedWithin(record.supervisor, 20_000)).toBe(true);
  expect(existsSync(directory)).toBe(false);
});
