import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished } from "vitest";
import type { Run } from "./stack-fixture.ts";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const CLI = join(repository, "infra/cli/oxy.mjs");

/** Runs `oxy` as it is called, in an environment without anything else. */
export async function oxyAsIs(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Omit<Run, "answers">> {
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: process.env["HOME"] ?? "",
    NO_COLOR: "1",
    ...environment,
  };
  return await new Promise((resolve) => {
    const child = execFile(process.execPath, [CLI, ...args], { env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : null;
      resolve({ code, stdout, stderr });
    });
    child.stdin?.end();
  });
}

/** A folder with Pulumi.yaml and one stack `local` with this config, in which nothing can be deployed. Removed after the test. */
export async function bareProject(config: string): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "oxy-bare-")));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await copyFile(join(repository, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
  await mkdir(join(folder, "stacks"));
  await writeFile(join(folder, "stacks", "Pulumi.local.yaml"), config);
  return folder;
}

/** @returns what was printed, if each line is an object and there is nothing else */
export function jsonLines(printed: string): unknown[] {
  const lines = printed.split("\n");
  expect(lines.pop()).toBe("");
  const objects = lines.map((line): unknown => JSON.parse(line));
  for (const object of objects) expect(object).toEqual(expect.objectContaining({}));
  return objects;
}
