import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Primary result code SQLITE_BUSY. */
const BUSY = 5;

/** That a directory is one's own, until it is released or the process ends. */
export interface Claim {
  release(): void;
}

/**
 * Claims an existing directory. SQLite holds a file lock, which Node has no function for: the system lets go of it
 * when the process ends in whatever way, so that no claim is ever stale. The file stays empty.
 * @returns undefined when another process has claimed it
 */
export function claim(directory: string): Claim | undefined {
  const database = new DatabaseSync(join(directory, "supervisor.lock"), { timeout: 0 });
  try {
    // Without a journal on disk: nothing is ever written.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === BUSY) return undefined;
    throw error;
  }
  return { release: () => database.close() };
}
