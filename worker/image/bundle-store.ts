import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

/** Path in the bundle → content. */
export type BundleFiles = ReadonlyMap<string, Uint8Array>;

/** What node is started with. */
export const ENTRY = "main.mjs";

export interface KeptBundle {
  /** `sha256:…` of paths and contents, and nothing else. */
  readonly digest: string;
  readonly directory: string;
  readonly bytes: number;
  /** Whether it was not there yet. */
  readonly built: boolean;
}

/** Somebody wrote into a folder that is named by its content. */
export class BundleChanged extends Error {
  override readonly name = "BundleChanged";

  constructor(directory: string) {
    super(`${directory} was changed since it was built; remove it and build again`);
  }
}

const PARTIAL = ".partial-";
/** A build takes seconds; what is left after this belongs to one that was killed. */
const ABANDONED_MS = 3_600_000;

/**
 * Keeps a bundle under `to`, in a folder named by its digest that is there whole or not at all, whoever else does the
 * same at the same time and whenever somebody is killed.
 * @throws BundleChanged
 */
export async function keep(files: BundleFiles, to: string): Promise<KeptBundle> {
  await mkdir(to, { recursive: true });
  await removeAbandoned(to);
  const digest = digestOf(files);
  const directory = directoryOf(to, digest);
  const kept = await bundleAt(to, digest);
  if (kept !== undefined) return kept;

  const partial = join(to, `${PARTIAL}${randomUUID()}`);
  try {
    for (const [path, content] of files) {
      await mkdir(dirname(join(partial, path)), { recursive: true });
      await writeFile(join(partial, path), content, { mode: 0o444, flush: true });
    }
    await rename(partial, directory);
    return { digest, directory, bytes: bytesOf(files), built: true };
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    // Somebody else was faster.
    const faster = await bundleAt(to, digest);
    if (faster === undefined) throw error;
    return faster;
  }
}

/**
 * A bundle that is kept already.
 * @throws BundleChanged
 */
export async function bundleAt(to: string, digest: string): Promise<KeptBundle | undefined> {
  const directory = directoryOf(to, digest);
  const files = await intactFiles(directory, digest);
  return files === undefined ? undefined : { digest, directory, bytes: bytesOf(files), built: false };
}

/** A folder's content, as {@link keep} takes it. */
export async function filesOf(directory: string): Promise<BundleFiles> {
  const files = new Map<string, Uint8Array>();
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isDirectory()) files.set(relative(directory, path), await readFile(path));
  }
  return files;
}

export function digestOf(files: BundleFiles): string {
  const all = createHash("sha256");
  const paths = [...files.keys()].toSorted((a, b) => (a < b ? -1 : 1));
  for (const path of paths) {
    const content = createHash("sha256")
      .update(files.get(path) ?? "")
      .digest("hex");
    all.update(`${JSON.stringify(path)} ${content}\n`);
  }
  return `sha256:${all.digest("hex")}`;
}

function directoryOf(to: string, digest: string): string {
  return join(to, digest.replace("sha256:", ""));
}

function bytesOf(files: BundleFiles): number {
  return [...files.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** Undefined when it is not there. */
async function intactFiles(directory: string, digest: string): Promise<BundleFiles | undefined> {
  const files = await filesOf(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (files !== undefined && digestOf(files) !== digest) throw new BundleChanged(directory);
  return files;
}

async function removeAbandoned(to: string): Promise<void> {
  for (const name of await readdir(to)) {
    if (!name.startsWith(PARTIAL)) continue;
    const { mtimeMs } = await stat(join(to, name)).catch(() => ({ mtimeMs: Infinity }));
    if (Date.now() - mtimeMs > ABANDONED_MS) await rm(join(to, name), { recursive: true, force: true });
  }
}
