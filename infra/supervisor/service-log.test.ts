import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testMachine } from "./machine-fixture.ts";
import { openServiceLog } from "./service-log.ts";

const machine = testMachine();
const LIMITS = { fileBytes: 1_000, files: 3 };

test("a full file is followed by a new one, and only the latest are kept", async () => {
  const path = join(machine().home, "service.log");
  const log = openServiceLog(path, LIMITS);
  for (let line = 0; line < 100; line++) log.write(`${line}`.padStart(99, ".").concat("\n"));
  log.end();
  await once(log, "close");
  expect(readdirSync(machine().home).toSorted()).toEqual(["service.log", "service.log.1", "service.log.2"]);
  expect(statSync(`${path}.1`).size).toBe(1_000);
  expect(statSync(`${path}.1`).mode & 0o777).toBe(0o600);
  expect(readFileSync(`${path}.1`, "utf8")).toContain("99\n");
});

test("what was there before is continued", async () => {
  const path = join(machine().home, "service.log");
  writeFileSync(path, "before\n");
  const log = openServiceLog(path, LIMITS);
  log.end("after\n");
  await once(log, "close");
  expect(readFileSync(path, "utf8")).toBe("before\nafter\n");
});

test("what cannot be written is dropped without an error or a delay, and writing is taken up again", async () => {
  const path = join(machine().home, "service.log");
  // As on a full disk: it cannot be opened.
  symlinkSync("/dev/full", path);
  const log = openServiceLog(path, LIMITS);
  const write = async (): Promise<void> => await new Promise((done) => log.write("line\n", () => done()));
  for (let line = 0; line < 100; line++) await write();
  rmSync(path);
  for (let size = 0; size === 0; size = sizeOf(path)) await write();
  log.end();
  await once(log, "close");
  expect(readFileSync(path, "utf8")).toMatch(/^(line\n)+$/);
});

test("a file that cannot be rotated away does not stop its writer", async () => {
  const path = join(machine().home, "service.log");
  mkdirSync(join(`${path}.1`, "in", "the", "way"), { recursive: true });
  mkdirSync(join(`${path}.2`, "too"), { recursive: true });
  const log = openServiceLog(path, LIMITS);
  for (let line = 0; line < 100; line++) {
    await new Promise<void>((done) => log.write("x".repeat(100), () => done()));
  }
  log.end();
  await once(log, "close");
  expect(log.errored).toBeNull();
});

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
