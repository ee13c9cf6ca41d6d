import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { clearStaleLocks, holderIn, lockedBy } from "./locks.ts";

const NAMES = { project: "oxy-workers", stack: "local" };
/** A pid that no system gives away. */
const NOBODY = 2 ** 30;

test("the lock of a process that ended is removed with what is kept beside it", async () => {
  const { folder, locks } = await stateFolder({ pid: NOBODY });
  await writeFile(join(locks, "1.json.attrs"), "{}");
  expect(await clearStaleLocks("file://./state?create_dir=true", folder, NAMES)).toEqual({
    cleared: [NOBODY],
    holder: undefined,
  });
  expect(await readdir(locks)).toEqual([]);
});

test("the lock of a process that lives stays, and is told", async () => {
  const { folder, locks } = await stateFolder({ pid: process.pid });
  const found = await clearStaleLocks("file://./state", folder, NAMES);
  expect(found).toEqual({ cleared: [], holder: expect.objectContaining({ pid: process.pid, user: "ana" }) });
  expect(await readdir(locks)).toEqual(["1.json"]);
});

test("a process that got the number of the one that held the lock does not hold it", async () => {
  const { folder } = await stateFolder({ pid: process.pid, timestamp: "2020-01-01T00:00:00Z" });
  const { cleared } = await clearStaleLocks("file://./state", folder, NAMES);
  expect(cleared).toEqual([process.pid]);
});

test.skipIf(process.platform !== "linux")(
  "a killed process that nobody took note of holds no lock",
  async () => {
    // A shell that becomes sleep never takes note of the child it began before.
    const parent = spawn("/bin/sh", ["-c", "sleep 60 & echo $!; exec sleep 60"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    onTestFinished(() => void parent.kill("SIGKILL"));
    const [printed] = (await once(parent.stdout, "data")) as [Buffer];
    const pid = Number(printed.toString());
    const { folder } = await stateFolder({ pid, timestamp: new Date().toISOString() });
    expect((await clearStaleLocks("file://./state", folder, NAMES)).holder?.pid).toBe(pid);
    process.kill(pid, "SIGKILL");
    await expect
      .poll(async () => (await clearStaleLocks("file://./state", folder, NAMES)).cleared)
      .toEqual([pid]);
  },
);

test("a lock of another machine stays: nobody here can know", async () => {
  const { folder, locks } = await stateFolder({ pid: NOBODY, hostname: "another" });
  const { cleared, holder } = await clearStaleLocks("file://./state", folder, NAMES);
  expect(cleared).toEqual([]);
  expect(holder).toMatchObject({ pid: NOBODY, host: "another", lock: join(locks, "1.json") });
});

test("what is being written is somebody's", async () => {
  const { folder, locks } = await stateFolder({ pid: NOBODY });
  await writeFile(join(locks, "1.json"), '{"pid":');
  expect(await clearStaleLocks("file://./state", folder, NAMES)).toEqual({ cleared: [], holder: undefined });
  expect(await readdir(locks)).toEqual(["1.json"]);
});

test("other stacks, and states that are not in files, are not looked at", async () => {
  const { folder, locks } = await stateFolder({ pid: NOBODY });
  for (const [url, stack] of [
    ["file://./state", "staging"],
    ["file://./elsewhere", "local"],
    ["s3://state", "local"],
    ["https://api.pulumi.com", "local"],
  ] as const) {
    const found = await clearStaleLocks(url, folder, { ...NAMES, stack });
    expect(found).toEqual({ cleared: [], holder: undefined });
  }
  expect(await readdir(locks)).toEqual(["1.json"]);
});

test("an absolute state is found from any folder", async () => {
  const { folder } = await stateFolder({ pid: NOBODY });
  const { cleared } = await clearStaleLocks(`file://${folder}/state`, "/", NAMES);
  expect(cleared).toEqual([NOBODY]);
});

test("the engine's page about a lock becomes one sentence that says who holds it", () => {
  const page = [
    "Command failed with exit code 1: pulumi up",
    "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.",
    "  s3://state/.pulumi/locks/organization/oxy-workers/prod/7.json: created by ana@build-7 (pid 4711) at 2026-11-22T20:00:00Z",
    "",
  ].join("\n");
  const holder = holderIn(page);
  expect(holder && lockedBy("prod", holder)).toMatchObject({
    exitCode: 1,
    message:
      "stack prod is being worked on by process 4711 of ana@build-7 since 2026-11-22T20:00:00Z: wait until it is done " +
      "(or, if it ended without letting go, remove s3://state/.pulumi/locks/organization/oxy-workers/prod/7.json)",
  });
  expect(holderIn("error: something else")).toBeUndefined();
});

/** A state in files, with one lock on the stack. */
async function stateFolder(lock: object): Promise<{ folder: string; locks: string }> {
  const folder = await mkdtemp(join(tmpdir(), "oxy-locks-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const locks = join(folder, "state/.pulumi/locks/organization/oxy-workers/local");
  await mkdir(locks, { recursive: true });
  const whole = { username: "ana", hostname: hostname(), timestamp: new Date().toISOString(), ...lock };
  await writeFile(join(locks, "1.json"), JSON.stringify(whole));
  return { folder, locks };
}
