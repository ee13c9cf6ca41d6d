import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import { writeWhole } from "../whole-file.ts";
import { workload } from "../workload.ts";
import { differenceText } from "./difference-text.ts";
import { EXIT, Failure } from "./failure.ts";
import type { Project } from "./project.ts";

/** A stack's file as text: how it would change is shown before it is written. */
export class StackText {
  readonly path: string;
  /** The path, for people. */
  readonly shown: string;
  /** Undefined when the stack has none. */
  readonly before: string | undefined;

  private constructor(path: string, shown: string, before: string | undefined) {
    this.path = path;
    this.shown = shown;
    this.before = before;
  }

  static async read(project: Project, stack: string): Promise<StackText> {
    const path = project.stackPath(stack);
    const before = existsSync(path) ? await readFile(path, "utf8") : undefined;
    return new StackText(path, relative(project.folder, path), before);
  }

  differenceTo(after: string): string {
    return differenceText(this.shown, this.before, after);
  }

  /** Whole or not at all: its secrets are in it. */
  async write(after: string): Promise<void> {
    await writeWhole(this.path, after);
  }
}

/** Its name is also that of the deployment on its store. @throws Failure */
export function requiredStack(stack: string | undefined): string {
  const { pattern, expected } = workload.namespace;
  if (stack !== undefined && pattern.test(stack)) return stack;
  throw new Failure(
    `-s: expected a stack, named with ${expected}, got ${stack ?? "nothing"}`,
    EXIT.configuration,
  );
}
