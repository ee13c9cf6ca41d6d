import { execFile, execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TerraformJson } from "./terraform-json.ts";

/** Whether Terraform itself is on this machine. */
export const hasTerraform = isInstalled();

function isInstalled(): boolean {
  try {
    execFileSync("terraform", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/**
 * What Terraform says of a folder with this one file, as an object or as its text. Nothing is downloaded, so that resources are no further than
 * parsed: their schema is the provider's.
 */
export async function terraform(
  module: object | string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly output: string }> {
  const folder = await mkdtemp(join(tmpdir(), "terraform-"));
  try {
    const text = typeof module === "string" ? module : JSON.stringify(module, undefined, 1);
    await writeFile(join(folder, "cdk.tf.json"), text);
    return await run(folder, args, variables);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function run(folder: string, args: readonly string[], variables: Readonly<Record<string, string>>) {
  const set = Object.entries(variables).map(([name, value]) => [`TF_VAR_${name}`, value]);
  const env = {
    PATH: process.env["PATH"],
    HOME: folder,
    CHECKPOINT_DISABLE: "1",
    TF_IN_AUTOMATION: "1",
    ...Object.fromEntries(set),
  };
  return await promisify(execFile)("terraform", [`-chdir=${folder}`, ...args], { env, maxBuffer: 1e8 }).then(
    ({ stdout }) => ({ code: 0, output: stdout }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, output: stderr }),
  );
}

/**
 * What Terraform makes of every template of a module: resources become outputs of the same properties, and what they
 * refer to `«name.attribute»`. @returns properties by the resource's name
 */
export async function evaluated(
  { resource, variable }: Pick<TerraformJson, "resource" | "variable">,
  variables: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
  const all = Object.values(resource).flatMap((ofType) => Object.entries(ofType));
  const locals: Record<string, string> = {};
  const text = JSON.stringify(
    Object.fromEntries(
      all.map(([name, { depends_on: _after, lifecycle: _lifecycle, ...value }]) => [
        name,
        { value, sensitive: true },
      ]),
    ),
  ).replaceAll(/\baws_\w+[.]([\w-]+)[.](\w+)/g, (_match, name: string, attribute: string) => {
    locals[`${name}--${attribute}`] = `«${name}.${attribute}»`;
    return `local.${name}--${attribute}`;
  });
  const folder = await mkdtemp(join(tmpdir(), "terraform-"));
  try {
    const output = JSON.parse(text) as object;
    const module = { variable, ...(all.length === 0 ? {} : { locals, output }) };
    await writeFile(join(folder, "main.tf.json"), JSON.stringify(module, undefined, 1));
    const applied = await run(folder, ["apply", "-auto-approve", "-no-color", "-input=false"], variables);
    if (applied.code !== 0) throw new Error(applied.output);
    const printed = await run(folder, ["output", "-json"], {});
    const outputs = JSON.parse(printed.output) as Record<string, { readonly value: Record<string, unknown> }>;
    return new Map(Object.entries(outputs).map(([name, { value }]) => [name, value]));
  } finally {
    await rm(folder, { recursive: true });
  }
}
