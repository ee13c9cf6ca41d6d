import type { JudgedClaim } from "./claim.ts";
import { judgedClaims } from "./claims.ts";
import { THEN, type EvidenceParts } from "./evidence.ts";
import { explainedTotals, type ExplainedTotal } from "./totals.ts";
import type { Verdict } from "./verdict.ts";

/** The 2025 analysis, total by total and claim by claim: then, now, verdict, source. */
export interface Explanation {
  readonly version: 1;
  /** ISO 8601: `now`. */
  readonly day: string;
  /** The day of the analysis's month whose prices are `before`. */
  readonly beforeDay: string;
  readonly totals: readonly ExplainedTotal[];
  readonly claims: readonly JudgedClaim[];
  /** How many claims there are of each verdict. */
  readonly verdicts: Readonly<Partial<Record<Verdict, number>>>;
}

/** @throws Error when the plan of an example is missing */
export function explain(parts: EvidenceParts): Explanation {
  const claims = judgedClaims(parts);
  const verdicts: Partial<Record<Verdict, number>> = {};
  for (const { verdict } of claims) verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
  return { version: 1, day: parts.day, beforeDay: THEN, totals: explainedTotals(parts), claims, verdicts };
}
