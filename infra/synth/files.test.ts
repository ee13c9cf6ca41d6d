import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { commentFor, textOf, writeModule } from "./files.ts";
import type { TerraformJson } from "./terraform-json.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "synth-"));
});
afterEach(() => rm(folder, { recursive: true }));

function module(stack: string, image = "example/worker:1"): TerraformJson {
  return {
    "//": commentFor(stack, image),
    terraform: {},
    provider: {},
    variable: {},
    resource: {},
  };
}

test("a module is written into a folder that is made for it", async () => {
  const path = await writeModule(join(folder, "a", "b"), module("staging"));
  expect(await readFile(path, "utf8")).toBe(textOf(module("staging")));
  expect(await readdir(join(folder, "a", "b"))).toEqual(["cdk.tf.json"]);
});

test("the next one of that stack takes its place, and leaves a backend and a state alone", async () => {
  await writeModule(folder, module("staging"));
  await writeFile(join(folder, "backend.tf"), 'terraform {\n  backend "s3" {}\n}\n');
  await writeFile(join(folder, "terraform.tfstate"), "{}");
  const path = await writeModule(folder, module("staging", "example/worker:2"));
  expect(await readFile(path, "utf8")).toContain("example/worker:2");
  expect((await readdir(folder)).toSorted()).toEqual(["backend.tf", "cdk.tf.json", "terraform.tfstate"]);
});

test.each([
  ["another stack", textOf(module("production")), "stack production"],
  ["a module of somebody else", '{"resource": {}}', "another module"],
  ["a file that is no JSON", "{", "another module"],
])("a folder with %s is refused, and nothing of it changed", async (_what, text, got) => {
  const path = join(folder, "cdk.tf.json");
  await writeFile(path, text);
  await expect(writeModule(folder, module("staging"))).rejects.toThrow(
    `expected a folder of this stack, because Terraform would replace what the other one has deployed, got ${folder} with ${got}`,
  );
  expect(await readFile(path, "utf8")).toBe(text);
});
