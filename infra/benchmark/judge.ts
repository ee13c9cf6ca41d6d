import type { Estimate } from "../compare/estimate.ts";
import { measures, type MeasureName } from "./measures.ts";
import type { Outcome } from "./outcome.ts";

export type Limits = Partial<Readonly<Record<MeasureName, number>>>;

/** What a limit says of an outcome. */
export interface Judgement {
  readonly measure: MeasureName;
  readonly limit: number;
  readonly found: Estimate;
  readonly verdict: "kept" | "broken" | "unknown";
}

/** `unknown`: what is known breaks no limit, and something is not. It is no Go. */
export type Verdict = "Go" | "No-Go" | "unknown";

export interface Judged {
  readonly verdict: Verdict;
  readonly judgements: readonly Judgement[];
}

export function judge(outcome: Outcome, limits: Limits): Judged {
  const judgements = (Object.entries(limits) as [MeasureName, number][]).map(([measure, limit]) => {
    const found = measures[measure].of(outcome);
    return { measure, limit, found, verdict: verdictOf(found, limit, measures[measure].limit) };
  });
  const verdicts = new Set(judgements.map(({ verdict }) => verdict));
  if (verdicts.has("broken")) return { verdict: "No-Go", judgements };
  return { verdict: verdicts.has("unknown") ? "unknown" : "Go", judgements };
}

/** How far a limit is missed, in a sentence. @returns undefined when it is kept */
export function shortfall({ measure, limit, found, verdict }: Judgement): string | undefined {
  if (verdict === "kept") return undefined;
  const { unit, limit: end } = measures[measure];
  const bound = `${end === "most" ? "at most" : "at least"} ${limit} ${unit}`;
  if (found.kind === "known") {
    const got = end === "most" ? found.high : found.low;
    return `${measure}: expected ${bound}, got ${rounded(got)}, ${rounded(Math.abs(got - limit))} too ${end === "most" ? "many" : "few"}`;
  }
  const why = found.because.join("; ");
  if (verdict === "broken")
    return `${measure}: expected ${bound}, got more than ${rounded(found.atLeast)} (${why})`;
  return `${measure}: expected ${bound}, and it is not known (${why})`;
}

function verdictOf(found: Estimate, limit: number, end: "most" | "least"): Judgement["verdict"] {
  if (found.kind === "known") {
    const isKept = end === "most" ? found.high <= limit : found.low >= limit;
    return isKept ? "kept" : "broken";
  }
  // It is at least so much, so that it cannot break a limit from below, nor be known to keep one from above.
  if (end === "most") return found.atLeast > limit ? "broken" : "unknown";
  return found.atLeast >= limit ? "kept" : "unknown";
}

function rounded(value: number): string {
  return String(Number(value.toFixed(value < 100 ? 2 : 0)));
}
