import { spawn } from "node:child_process";
import { once } from "node:events";
import { symlinkSync } from "node:fs";
import { createInterface } from "node:readline";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { testMachine } from "./machine-fixture.ts";
import { identityOf, isAlive, startTimeOf, type ProcessIdentity } from "./process-identity.ts";
import { entryOfPs } from "./process-table.ts";

const machine = testMachine();

test("a process is alive until it ended", async () => {
  const child = await machine().bystander();
  const identity = known(child.pid);
  expect(isAlive(identity)).toBe(true);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(isAlive(identity)).toBe(false);
  expect(identityOf(identity.pid)).toBeUndefined();
  expect(startTimeOf(identity.pid)).toBeUndefined();
});

test("a process that ended is dead before its parent took note", async () => {
  // Node takes note only of what it started itself, and not of what the shell did in its place.
  const script = `sleep 60 & echo $!; exec "$0" -e 'console.log("."); setInterval(() => {}, 60_000)'`;
  const parent = spawn("/bin/sh", ["-c", script, process.execPath], { stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  for await (const line of createInterface(parent.stdout)) if (lines.push(line) === 2) break;
  const pid = Number(lines[0]);
  expect(isAlive(known(pid))).toBe(true);
  process.kill(pid, "SIGKILL");
  await expect.poll(() => isAlive(known(pid))).toBe(false);
  expect(entryOfPs(pid)?.zombie).toBe(true);
  parent.kill("SIGKILL");
  await once(parent, "exit");
});

test("whoever got the pid of another is not taken for it", () => {
  const { pid, startToken } = known(process.pid);
  fc.assert(
    fc.property(
      fc.string().filter((token) => token !== startToken),
      (other) => !isAlive({ pid, startToken: other }),
    ),
  );
});

test("a name with spaces and parentheses does not disturb", async () => {
  const command = join(machine().home, "a) Z (b");
  symlinkSync(process.execPath, command);
  const child = spawn(command, ["-e", "setInterval(() => {}, 60_000)"]);
  const identity = known(child.pid);
  expect(isAlive(identity)).toBe(true);
  child.kill("SIGKILL");
  await once(child, "exit");
});

test("the start is told as a time, the same from /proc and from ps", async () => {
  const before = Date.now();
  const child = await machine().bystander();
  const started = startTimeOf(child.pid ?? 0)?.getTime() ?? 0;
  expect(Math.abs(started - before)).toBeLessThan(3_000);
  expect(Math.abs(started - (entryOfPs(child.pid ?? 0)?.startedAt.getTime() ?? 0))).toBeLessThan(3_000);
  child.kill("SIGKILL");
  await once(child, "exit");
});

function known(pid: number | undefined): ProcessIdentity {
  const identity = identityOf(pid ?? 0);
  if (identity === undefined) throw new Error("no such process");
  return identity;
}
