import type { Score } from "./score.ts";

/** Of several fleets, a target does as well as the one that does worst: that one's score. */
export function worstOf(scores: readonly Score[]): Score {
  const [first, ...others] = scores;
  if (first === undefined) throw new RangeError("expected a fleet to score, got none");
  const worst = others.reduce((lowest, each) => (each.points.low < lowest.points.low ? each : lowest), first);
  const high = Math.min(...scores.map(({ points }) => points.high));
  return { ...worst, points: { low: worst.points.low, high } };
}
