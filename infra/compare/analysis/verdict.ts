import type { Estimate, Range } from "../estimate.ts";

/**
 * What is to be said of a claim. `stale`: it was right then, and is not now. `not like for like`: the number is one thing
 * and what it is compared with another. `left out`: what it does not count decides. `unknown`: nobody knows the price.
 */
export type Verdict =
  | "stands"
  | "wrong"
  | "stale"
  | "unsupported"
  | "not like for like"
  | "left out"
  | "unknown";

/** Nearer than so much, a number is right. */
const NEAR = 0.05;

/** Of what was said of a number, by what it was then and what it is now. */
export function verdictOf(said: number | Range, then: Estimate, now: Estimate): Verdict {
  const range = typeof said === "number" ? { low: said, high: said } : said;
  if (now.kind === "unknown") return "unknown";
  if (isNear(range, now)) return "stands";
  return then.kind === "known" && isNear(range, then) ? "stale" : "wrong";
}

/** Several numbers of one claim: it is as right as the one that is least so. */
export function leastOf(verdicts: readonly Verdict[]): Verdict {
  const order: readonly Verdict[] = ["wrong", "unknown", "stale"];
  return order.find((each) => verdicts.includes(each)) ?? "stands";
}

function isNear(said: Range, is: Range): boolean {
  return said.low <= is.high * (1 + NEAR) && said.high >= is.low * (1 - NEAR);
}
