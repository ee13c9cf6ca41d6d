import type { Estimate, Range } from "../estimate.ts";
import { MOST_POINTS, pointsBetween, pointsOn, type Scale } from "./scale.ts";

/** How a target does by one criterion. */
export interface Score {
  /** From 0 to 10: the worst and the best that it may be. */
  readonly points: Range;
  /** `unknown`: somebody has to find it out first, and then it is within `points`. */
  readonly basis: "computed" | "judgement" | "unknown";
  /** What the points are given for, as it is shown. */
  readonly value: string;
  /** Where the value comes from, or why it was judged so, in a sentence. */
  readonly because: string;
  /** Ids of the catalogue. */
  readonly sources: readonly string[];
}

/** What a score is made of, besides its points. */
export interface ScoreParts {
  readonly because: string;
  readonly sources?: readonly string[];
  /** Somebody's opinion is among what it comes from. */
  readonly isJudgement?: boolean;
  /** As it is shown; both ends. */
  readonly show: (value: Range) => string;
}

/** A figure by its scale. What is only known to be at least so much is unknown, and no better or worse than that. */
export function scoreOf(estimate: Estimate, scale: Scale, parts: ScoreParts): Score {
  const { because, sources = [], isJudgement = false, show } = parts;
  if (estimate.kind === "known")
    return {
      points: pointsBetween(scale, estimate),
      basis: isJudgement ? "judgement" : "computed",
      value: show(estimate),
      because,
      sources,
    };
  const { atLeast } = estimate;
  const end = pointsOn(scale, atLeast);
  return {
    points: scale.best < scale.worst ? { low: 0, high: end } : { low: end, high: MOST_POINTS },
    basis: "unknown",
    value: atLeast === 0 ? "unknown" : `unknown, at least ${show({ low: atLeast, high: atLeast })}`,
    because: `not known: ${estimate.because.join(", ")}`,
    sources,
  };
}

export function unknownScore(because: string): Score {
  return { points: { low: 0, high: MOST_POINTS }, basis: "unknown", value: "unknown", because, sources: [] };
}

export function judged(points: number, value: string, because: string): Score {
  return { points: { low: points, high: points }, basis: "judgement", value, because, sources: [] };
}

export function computed(
  points: number,
  value: string,
  because: string,
  sources: readonly string[] = [],
): Score {
  return { points: { low: points, high: points }, basis: "computed", value, because, sources };
}
