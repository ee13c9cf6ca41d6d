import { processEntry } from "./process-table.ts";

/** One process, and never another that got its pid later. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in a form that only serves to be compared. */
  readonly startToken: string;
}

/** @returns undefined when there is no such process; one that ended and was not taken note of is still there */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const entry = processEntry(pid);
  return entry && { pid, startToken: entry.startToken };
}

/** Whether just this process still runs. One that ended does not, even before its parent took note. */
export function isAlive({ pid, startToken }: ProcessIdentity): boolean {
  const entry = processEntry(pid);
  return entry !== undefined && !entry.zombie && entry.startToken === startToken;
}

/**
 * When whoever has this pid now was started, within about a second: the clock may have been set since.
 * @returns undefined when there is no such process
 */
export function startTimeOf(pid: number): Date | undefined {
  return processEntry(pid)?.startedAt;
}

export function isSameProcess(one: ProcessIdentity, other: ProcessIdentity): boolean {
  return one.pid === other.pid && one.startToken === other.startToken;
}
