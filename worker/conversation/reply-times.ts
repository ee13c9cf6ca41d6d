/** Bounds in ms, as `lua/contact.lua` counts them. */
const BOUNDS = [
  1_000, 2_000, 3_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000,
] as const;

/**
 * How long customers waited for a reply on one day, from the store of their message to the server's ack of its first part.
 * It is known to the bounds of a histogram: so many percent waited no longer than this.
 * @param day the hash of an organization's day
 * @param part 0.95 for what 95 of 100 did not exceed
 * @returns ms; Infinity above the last bound, undefined on a day without replies
 */
export function replyTime(day: Readonly<Record<string, string>>, part: number): number | undefined {
  const counts = [...BOUNDS.map((bound) => `reply:${bound}`), "reply:inf"].map((field) =>
    Number(day[field] ?? 0),
  );
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all === 0) return undefined;
  let seen = 0;
  for (const [index, count] of counts.entries()) {
    seen += count;
    // Without the last digits of a product such as 0.07 × 100.
    if (seen >= part * all - 1e-9) return BOUNDS[index] ?? Infinity;
  }
  return Infinity;
}
