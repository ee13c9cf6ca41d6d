import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { EXIT, Failure } from "./failure.ts";

/** The parts of Pulumi.yaml that concern us. */
interface ProjectFile {
  readonly name: string;
  readonly stackConfigDir?: string;
  readonly backend?: { readonly url?: string };
}

/** The parts of a stack's file that concern us; values may be encrypted. */
export interface StackFile {
  readonly encryptionsalt?: string;
  readonly secretsprovider?: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** A folder with Pulumi.yaml and its stacks. */
export interface Project {
  readonly folder: string;
  readonly name: string;
  readonly backendUrl: string | undefined;
  stackPath(stack: string): string;
  /** Names of the stacks that have a file. */
  stacks(): Promise<string[]>;
  /** @throws Failure when the stack has none */
  stackFile(stack: string): Promise<StackFile>;
}

/** @throws Failure when the folder holds no project */
export async function openProject(folder: string): Promise<Project> {
  const path = join(folder, "Pulumi.yaml");
  if (!existsSync(path))
    throw new Failure(`expected a folder with Pulumi.yaml, got ${folder}`, EXIT.configuration);
  // What commands, program and provider keep on this machine is kept with the project.
  process.env["OXY_HOME"] ||= join(folder, ".oxy");
  const file = (await parsed(path)) as ProjectFile;
  const stacksFolder = join(folder, file.stackConfigDir ?? ".");
  const stackPath = (stack: string): string => join(stacksFolder, `Pulumi.${stack}.yaml`);
  const stacks = async (): Promise<string[]> =>
    (await readdir(stacksFolder).catch(() => []))
      .flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.slice(1) ?? [])
      .toSorted();
  return {
    folder,
    name: file.name,
    backendUrl: file.backend?.url,
    stackPath,
    stacks,
    async stackFile(stack) {
      if (existsSync(stackPath(stack))) return ((await parsed(stackPath(stack))) ?? {}) as StackFile;
      const known = (await stacks()).join(", ");
      throw new Failure(
        `-s: expected a stack that has a file in ${stacksFolder} (${known || "there is none yet"}), got ${stack}`,
        EXIT.configuration,
      );
    },
  };
}

/** Whether the stack's own file says so. */
export function isProduction({ config }: StackFile, { name }: Project): boolean {
  return String(config?.[`${name}:production`]) === "true";
}

async function parsed(path: string): Promise<unknown> {
  try {
    return parse(await readFile(path, "utf8"));
  } catch (error) {
    throw new Failure(
      `${path}: expected YAML, got ${(error as Error).message.split("\n")[0]}`,
      EXIT.configuration,
    );
  }
}
