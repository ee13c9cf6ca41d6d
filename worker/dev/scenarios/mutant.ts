import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { WORKER } from "./script-names.ts";

/** A change to one file of the worker. */
export interface Mutation {
  /** Below `worker/`. */
  readonly file: string;
  /** Each text must stand in the file exactly once. */
  readonly replace: readonly (readonly [text: string, by: string])[];
}

/** A copy of the worker, changed or not, in a directory of its own. */
export interface Mutant {
  /** The copy's `worker/`. */
  readonly worker: URL;
  remove(): Promise<void>;
}

const NOT_COPIED = /[/\\](dev|bench|node_modules)([/\\]|$)|([.]test|-fixture)[.]ts$/;

/** @throws Error when the text to replace is not there: the code has moved on, and the mutation must follow */
export async function copyWorker(mutation?: Mutation): Promise<Mutant> {
  const repository = new URL("..", WORKER);
  const directory = await mkdtemp(join(tmpdir(), "worker-"));
  const worker = fileURLToPath(WORKER);
  await cp(worker, join(directory, "worker"), {
    recursive: true,
    filter: (source) => !NOT_COPIED.test(source.slice(worker.length - 1)),
  });
  await cp(fileURLToPath(new URL("package.json", repository)), join(directory, "package.json"));
  await symlink(fileURLToPath(new URL("node_modules", repository)), join(directory, "node_modules"));
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    if (mutation !== undefined) await mutate(join(directory, "worker", mutation.file), mutation);
  } catch (error) {
    await remove();
    throw error;
  }
  return { worker: new URL(`${pathToFileURL(join(directory, "worker")).href}/`), remove };
}

async function mutate(path: string, { file, replace }: Mutation): Promise<void> {
  let source = await readFile(path, "utf8");
  for (const [text, by] of replace) {
    const found = source.split(text).length - 1;
    if (found !== 1)
      throw new Error(`worker/${file}: expected this text once, found it ${found} times: ${text}`);
    source = source.replace(text, () => by);
  }
  await writeFile(path, source);
}
