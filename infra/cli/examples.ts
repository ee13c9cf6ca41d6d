import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { projectDirectory } from "../home.ts";
import { nearest } from "../stack-config/problems.ts";
import { EXIT, Failure } from "./failure.ts";

/** A whole config of a stack, to start one from. */
export interface Example {
  readonly name: string;
  /** In a sentence. */
  readonly about: string;
  /** As YAML, with comments that say why. */
  readonly text: string;
}

const FOLDER = join(projectDirectory, "stacks", "examples");
const SUFFIX = ".yaml";

export async function examples(): Promise<readonly Example[]> {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith(SUFFIX)).toSorted();
  return await Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(FOLDER, file), "utf8");
      return { name: file.slice(0, -SUFFIX.length), about: aboutOf(text), text };
    }),
  );
}

/** @throws Failure with those that there are */
export async function exampleNamed(name: string): Promise<Example> {
  const all = await examples();
  const example = all.find((one) => one.name === name);
  if (example !== undefined) return example;
  const names = all.map((one) => one.name);
  const hint = nearest(name, names);
  throw new Failure(
    `expected an example (${names.join(", ")}), got "${name}"${hint === undefined ? "" : `; ${hint}`}`,
    EXIT.configuration,
  );
}

/** The first sentence of its header, after the line that is for editors. */
function aboutOf(text: string): string {
  const { contents } = parseDocument(text);
  const header = firstComment(contents) ?? "";
  const lines = header.split("\n").map((line) => line.trim());
  return lines.find((line) => line !== "" && !line.startsWith("yaml-language-server:")) ?? "";
}

/** What stands before the first key belongs to that key. */
function firstComment(contents: unknown): string | null | undefined {
  const { items } = contents as { items?: readonly { key: { commentBefore?: string | null } }[] };
  return items?.[0]?.key.commentBefore;
}
