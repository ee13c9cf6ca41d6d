import { readdir, readFile, rm } from "node:fs/promises";
import { homedir, hostname } from "node:os";
import { join, resolve } from "node:path";
import { identityOf, isAlive, startTimeOf } from "../supervisor/process-identity.ts";
import { Failure } from "./failure.ts";

/** What Pulumi's file backend writes into a lock (backend/diy/lock.go, v3.259). */
interface Lock {
  readonly pid: number;
  readonly username: string;
  readonly hostname: string;
  readonly timestamp: string;
}

/** Who works on a stack. */
export interface Holder {
  readonly pid: number;
  readonly user: string;
  readonly host: string;
  readonly since: string;
  /** The file that says so, or its URL. */
  readonly lock: string;
}

/** The locks of a stack, once those that nobody holds are removed. */
export interface Locks {
  /** Processes that ended without letting go of theirs. */
  readonly cleared: readonly number[];
  readonly holder: Holder | undefined;
}

/** Clocks of file and process table differ by less. */
const CLOCK_MS = 2_000;

/**
 * Removes the locks that killed engines of this machine left on a stack, in a state kept in files. A lock of another
 * machine, or of a process that lives, stays.
 */
export async function clearStaleLocks(
  stateUrl: string,
  folder: string,
  names: { readonly project: string; readonly stack: string },
): Promise<Locks> {
  const path = stateFolder(stateUrl, folder);
  if (path === undefined) return { cleared: [], holder: undefined };
  const locks = join(path, ".pulumi", "locks", "organization", names.project, names.stack);
  const files = (await readdir(locks).catch(() => [])).filter((name) => name.endsWith(".json"));
  const cleared: number[] = [];
  let holder: Holder | undefined;
  for (const file of files.map((name) => join(locks, name))) {
    const lock = await readLock(file);
    if (lock === undefined) continue;
    if (lock.hostname !== hostname() || isHolder(lock)) {
      holder = {
        pid: lock.pid,
        user: lock.username,
        host: lock.hostname,
        since: lock.timestamp,
        lock: file,
      };
    } else {
      // With what the storage library keeps beside it.
      for (const one of [file, `${file}.attrs`]) await rm(one, { force: true });
      cleared.push(lock.pid);
    }
  }
  return { cleared, holder };
}

/** One sentence about who works on a stack already. */
export function lockedBy(stack: string, { pid, user, host, since, lock }: Holder): Failure {
  return new Failure(
    `stack ${stack} is being worked on by process ${pid} of ${user}@${host} since ${since}: wait until it is done ` +
      `(or, if it ended without letting go, remove ${lock})`,
  );
}

/** What the engine says when a stack is locked, in whatever kind of state. */
export function holderIn(message: string): Holder | undefined {
  const found = /^ *(\S+): created by (.*)@(\S+) \(pid (\d+)\) at (\S+)$/m.exec(message);
  if (found === null) return undefined;
  const [, lock = "", user = "", host = "", pid, since = ""] = found;
  return { pid: Number(pid), user, host, since, lock };
}

/** Of a file:// URL, which may be relative to the project or to the user's home. */
function stateFolder(url: string, folder: string): string | undefined {
  const found = /^file:\/\/([^?]*)/.exec(url)?.[1];
  if (found === undefined) return undefined;
  const path = decodeURIComponent(found);
  return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : resolve(folder, path);
}

/** Undefined for one that is being written or removed: somebody lives. */
async function readLock(file: string): Promise<Lock | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Lock;
  } catch {
    return undefined;
  }
}

/** Whether the process that took the lock lives: another one of that number began later. */
function isHolder({ pid, timestamp }: Lock): boolean {
  const identity = identityOf(pid);
  const began = startTimeOf(pid);
  // One that was killed may stay in the process table until somebody takes note of it.
  if (identity === undefined || began === undefined || !isAlive(identity)) return false;
  return began.getTime() <= Date.parse(timestamp) + CLOCK_MS;
}
