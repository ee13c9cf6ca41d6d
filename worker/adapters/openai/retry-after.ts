/** Nobody is believed to be away for longer than this. */
const LONGEST_MS = 3_600_000;

/**
 * How long a server asks to be left alone, in ms from now: `retry-after-ms`, or `Retry-After` in seconds or as a date.
 * Undefined where it does not say, or says nonsense.
 */
export function retryAfterOf(headers: Headers | undefined, now = Date.now()): number | undefined {
  const ms = number(headers?.get("retry-after-ms"));
  if (ms !== undefined) return bounded(ms);
  const given = headers?.get("retry-after");
  const seconds = number(given);
  if (seconds !== undefined) return bounded(seconds * 1_000);
  // A date has a letter in it; `Date.parse` takes much that is none.
  const date = /[a-z]/i.test(given ?? "") ? Date.parse(given ?? "") : NaN;
  return Number.isNaN(date) ? undefined : bounded(date - now);
}

function number(text: string | null | undefined): number | undefined {
  return text != null && /^\s*\d+(?:[.]\d+)?\s*$/.test(text) ? Number(text) : undefined;
}

function bounded(ms: number): number {
  return Math.min(LONGEST_MS, Math.max(0, ms));
}
