import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ENTRY, keep } from "../image/bundle-store.ts";
import { compile } from "../image/compile.ts";

/** Makes the worker's bundle, as hosts run it, for as long as it is measured. */
export async function withBundle<Result>(measure: (main: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  try {
    const { directory } = await keep((await compile()).files, join(folder, "bundles"));
    return await measure(join(directory, ENTRY));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
