/** `unknown`: this Redis, or this user, does not say what would be needed to judge. */
export type Verdict = "ok" | "risk" | "wrong" | "unknown";

/** One thing that was looked at, in plain words. */
export interface Finding {
  readonly verdict: Verdict;
  /** A word or two: `commands at rest`. */
  readonly about: string;
  /** What is, in a sentence. */
  readonly text: string;
  /** What to do, where something is to be done. */
  readonly remedy?: string;
}

/** The worst comes first. */
const ORDER: readonly Verdict[] = ["wrong", "risk", "unknown", "ok"];

export function worstFirst(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((one, other) => ORDER.indexOf(one.verdict) - ORDER.indexOf(other.verdict));
}
