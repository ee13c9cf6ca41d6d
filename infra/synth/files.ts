import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "../whole-file.ts";
import type { TerraformJson } from "./terraform-json.ts";

/** As CDKTF names it. */
const FILE = "cdk.tf.json";

/** The folder is another stack's; the message is one sentence. */
export class OtherStack extends Error {
  override readonly name = "OtherStack";
}

/**
 * Writes a module into a folder, whole or not at all; what else is there, such as a backend or a state, is left alone.
 * @returns the path of the file
 * @throws OtherStack where a module of another stack is: with its state, Terraform would replace that one by this one
 */
export async function writeModule(folder: string, module: TerraformJson): Promise<string> {
  const path = join(folder, FILE);
  const there = existsSync(path) ? await commentIn(path) : undefined;
  if (there !== undefined && stackIn(there) !== stackIn(module["//"]))
    throw new OtherStack(
      `expected a folder of this stack, because Terraform would replace what the other one has deployed, got ${folder} ` +
        `with ${stackIn(there) === undefined ? "another module" : `stack ${stackIn(there)}`}`,
    );
  await writeWhole(path, textOf(module));
  return path;
}

/** The same for the same module, on every machine. */
export function textOf(module: TerraformJson): string {
  return `${JSON.stringify(module, undefined, 2)}\n`;
}

/** What a module begins with, if it is one of ours. */
export function commentFor(stack: string, image: string): string {
  return `Stack ${stack} of Oxy Workers with image ${image}, written by oxy synth: change the stack's config instead.`;
}

function stackIn(comment: string): string | undefined {
  return /^Stack (\S+) of Oxy Workers /.exec(comment)?.[1];
}

async function commentIn(path: string): Promise<string> {
  try {
    const { "//": comment } = JSON.parse(await readFile(path, "utf8")) as { readonly "//"?: unknown };
    return typeof comment === "string" ? comment : "";
  } catch (error) {
    if (error instanceof SyntaxError) return "";
    throw error;
  }
}
