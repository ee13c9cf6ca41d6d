import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ENTRY } from "./bundle-store.ts";

/** What the worker ends with when its environment is refused, which it finds out when every module is loaded. */
const MISCONFIGURED = 78;

/**
 * Fills a compile cache for the bundle in `directory`, for whoever runs it from there as this user with
 * `NODE_COMPILE_CACHE` set to it, on a read-only file system or not. Of use to the same Node on the same kind of
 * processor only; elsewhere Node compiles as if it were not there.
 */
export function warm(directory: string, cache: string): void {
  mkdirSync(cache, { recursive: true });
  const { status, stderr } = spawnSync(process.execPath, [join(directory, ENTRY)], {
    env: { NODE_COMPILE_CACHE: cache },
    encoding: "utf8",
  });
  if (status !== MISCONFIGURED)
    throw new Error(`expected exit code ${MISCONFIGURED}, got ${status}: ${stderr}`);
  // Node makes them readable for their owner alone, which a copy need not have.
  for (const entry of readdirSync(cache, { recursive: true, withFileTypes: true })) {
    chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o444);
  }
}

if (import.meta.main) {
  const [directory, cache] = process.argv.slice(2);
  if (directory === undefined || cache === undefined) {
    process.stderr.write(
      "usage: node worker/image/warm.ts <folder of a bundle> <folder of its compile cache>\n",
    );
    process.exit(1);
  }
  warm(directory, cache);
}
