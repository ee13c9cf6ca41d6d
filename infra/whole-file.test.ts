import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeWhole } from "./whole-file.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "whole-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("a file is written into a folder that was not there, and nothing is left beside it", async () => {
  const path = join(folder, "deep", "down", "file.yaml");
  await writeWhole(path, "one");
  await writeWhole(path, "two");
  expect(await readFile(path, "utf8")).toBe("two");
  expect(await readdir(join(folder, "deep", "down"))).toEqual(["file.yaml"]);
});

test("of several who write it at once, one has it whole", async () => {
  const path = join(folder, "file.yaml");
  const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(100_000));
  await Promise.all(texts.map((text) => writeWhole(path, text)));
  expect(texts).toContain(await readFile(path, "utf8"));
  expect(await readdir(folder)).toEqual(["file.yaml"]);
});
