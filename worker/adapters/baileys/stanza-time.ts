/** Clocks of servers agree better than that. */
const AHEAD_MS = 60_000;

/** A stanza's time in ms. What is none, or lies in the future, counts as now. */
export function timeOf(seconds: string | undefined, now = Date.now()): number {
  const at = Number(seconds) * 1000;
  return Number.isSafeInteger(at) && at > 0 && at <= now + AHEAD_MS ? at : now;
}
