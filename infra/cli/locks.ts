import { readdir, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { startTimeOf } from "../supervisor/process-identity.ts";

/** What Pulumi's file backend writes into a lock (backend/diy/lock.go, v3.259). */
interface Lock {
  readonly pid: number;
  readonly hostname: string;
  readonly timestamp: string;
}

/** Clocks of file and process table differ by less. */
const CLOCK_MS = 2_000;

/**
 * Removes the locks that killed engines of this machine left on a stack, in a state kept in files. A lock of another
 * machine, or of a process that lives, stays.
 * @returns the processes whose locks were removed
 */
export async function clearStaleLocks(
  stateUrl: string,
  folder: string,
  names: { readonly project: string; readonly stack: string },
): Promise<number[]> {
  const path = stateFolder(stateUrl, folder);
  if (path === undefined) return [];
  const locks = join(path, ".pulumi", "locks", "organization", names.project, names.stack);
  const files = (await readdir(locks).catch(() => [])).filter((name) => name.endsWith(".json"));
  const cleared = await Promise.all(files.map((name) => clearIfStale(join(locks, name))));
  return cleared.filter((pid) => pid !== undefined);
}

/** Of a file:// URL, which may be relative to the project. */
function stateFolder(url: string, folder: string): string | undefined {
  const path = /^file:\/\/([^?]*)/.exec(url)?.[1];
  if (path === undefined || path.startsWith("~")) return undefined;
  return resolve(folder, decodeURIComponent(path));
}

async function clearIfStale(file: string): Promise<number | undefined> {
  let lock: Lock;
  try {
    lock = JSON.parse(await readFile(file, "utf8")) as Lock;
  } catch {
    // Being written or removed: somebody lives.
    return undefined;
  }
  if (lock.hostname !== hostname() || isHolder(lock)) return undefined;
  await rm(file, { force: true });
  return lock.pid;
}

/** Whether the process that took the lock lives: another one of that number began later. */
function isHolder({ pid, timestamp }: Lock): boolean {
  const began = startTimeOf(pid);
  return began !== undefined && began.getTime() <= Date.parse(timestamp) + CLOCK_MS;
}
