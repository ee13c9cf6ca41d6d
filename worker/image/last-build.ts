import { createHash } from "node:crypto";
import { readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleAt, type KeptBundle } from "./bundle-store.ts";

/** What a build was made of, and what came of it. */
interface LastBuild {
  readonly digest: string;
  /** Every file that was read: path → its size in bytes and when it was changed, in ms. */
  readonly inputs: Readonly<Record<string, readonly [bytes: number, changedMs: number]>>;
}

/** Sources elsewhere have builds of their own. */
const NAME = `.last-build-${createHash("sha256")
  .update(import.meta.dirname)
  .digest("hex")
  .slice(0, 16)}.json`;

/** The bundle of the last build into this folder, if every file that it was made of is as it was then. */
export async function unchangedBundle(to: string): Promise<KeptBundle | undefined> {
  const last = await readFile(join(to, NAME), "utf8").then(
    (text) => JSON.parse(text) as LastBuild,
    () => undefined,
  );
  if (last === undefined) return undefined;
  const now = await fingerprints(Object.keys(last.inputs));
  return JSON.stringify(now) === JSON.stringify(last.inputs) ? await bundleAt(to, last.digest) : undefined;
}

/** Notes what a build was made of, unless something of it was changed since it began. `beganMs` is since the epoch. */
export async function rememberBuild(
  to: string,
  digest: string,
  paths: readonly string[],
  beganMs: number,
): Promise<void> {
  const inputs = await fingerprints(paths);
  if (Object.values(inputs).some(([, changedMs]) => changedMs >= beganMs)) return;
  const partial = join(to, `${NAME}-${process.pid}`);
  await writeFile(partial, JSON.stringify({ digest, inputs } satisfies LastBuild));
  await rename(partial, join(to, NAME));
}

/** A file that is gone has none. */
async function fingerprints(paths: readonly string[]): Promise<LastBuild["inputs"]> {
  const each = paths.toSorted().map(async (path) => {
    const { size, mtimeMs } = await stat(path).catch(() => ({ size: -1, mtimeMs: -1 }));
    return [path, [size, mtimeMs]] as const;
  });
  return Object.fromEntries(await Promise.all(each));
}
