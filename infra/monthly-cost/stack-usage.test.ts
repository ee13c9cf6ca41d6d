import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { InvalidFile } from "../yaml-file.ts";
import { stackUsage } from "./stack-usage.ts";

async function file(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "oxy-usage-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "usage.yaml");
  await writeFile(path, text);
  return path;
}

test("a stack that names no usage file has no usage", async () => {
  expect(await stackUsage(undefined)).toBeUndefined();
});

test("the file that it names is read", async () => {
  const usage = await stackUsage(await file("version: 1\nmessages: 5000\n"));
  expect(usage?.messages).toEqual({ low: 5_000, high: 5_000 });
});

test("one that is not there, or is wrong, is refused with its name", async () => {
  const missing = stackUsage("./stacks/no-such-usage.yaml");
  await expect(missing).rejects.toThrow(InvalidFile);
  await expect(missing).rejects.toThrow(/^usage: expected a usage file, got .*no-such-usage[.]yaml/);
  const path = await file("version: 1\nmessages: -5\n");
  await expect(stackUsage(path)).rejects.toThrow(`${path}:2: messages: expected a number from 0 on`);
});
