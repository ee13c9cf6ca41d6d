import type { Range } from "../estimate.ts";

export const MOST_POINTS = 10;

/** What of a figure is worth 10 points and what 0, whatever else is compared: a ranking must not hang on who takes part. */
export interface Scale {
  readonly best: number;
  readonly worst: number;
  /** Whether the same step is as much worth everywhere, or the same factor. */
  readonly spacing: "step" | "factor";
}

/** @returns from 0 to 10 */
export function pointsOn({ best, worst, spacing }: Scale, value: number): number {
  const place =
    spacing === "step" ? (x: number) => x : (x: number) => Math.log(Math.max(x, Number.MIN_VALUE));
  const share = (place(value) - place(worst)) / (place(best) - place(worst));
  return MOST_POINTS * Math.min(1, Math.max(0, share));
}

/** The worst and the best that a figure between two ends is worth. */
export function pointsBetween(scale: Scale, { low, high }: Range): Range {
  const ends = [pointsOn(scale, low), pointsOn(scale, high)];
  return { low: Math.min(...ends), high: Math.max(...ends) };
}
