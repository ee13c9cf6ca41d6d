import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { readUsage } from "../compare/usage-file.ts";
import type { Usage } from "../compare/usage.ts";
import { projectDirectory } from "../home.ts";
import { InvalidFile } from "../yaml-file.ts";

/**
 * Reads the usage file that a stack names.
 * @param path from the folder of Pulumi.yaml; undefined where it names none
 * @throws InvalidFile when there is none, or with file and line of every problem: to go on without it would tell a cost
 * that nobody asked for
 */
export async function stackUsage(path: string | undefined): Promise<Usage | undefined> {
  if (path === undefined) return undefined;
  let text: string;
  try {
    text = await readFile(resolve(projectDirectory, path), "utf8");
  } catch (error) {
    throw new InvalidFile([`usage: expected a usage file, got ${(error as Error).message}`]);
  }
  return readUsage(path, text);
}
