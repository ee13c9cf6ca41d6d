import type { Evidence, Source } from "./evidence.ts";
import type { Verdict } from "./verdict.ts";

/** Something that the 2025 analysis says. */
export interface Claim {
  readonly id: string;
  readonly topic: Topic;
  /** Its own words, as short as they can be. */
  readonly quote: string;
  /** What is to be said of it now; every number in it comes from the evidence, or from what the code itself does. */
  readonly judge: (evidence: Evidence) => Judgement;
}

export type Topic = "render" | "upstash" | "railway" | "fly" | "aws" | "decision";

interface Judgement {
  readonly verdict: Verdict;
  /** In a sentence or two. */
  readonly now: string;
  /** What was read, beside the catalogue: document and date. */
  readonly read?: readonly string[];
}

export interface JudgedClaim {
  /** In the order of the list, from 1 on. */
  readonly number: number;
  readonly id: string;
  readonly topic: Topic;
  readonly quote: string;
  readonly verdict: Verdict;
  readonly now: string;
  readonly sources: readonly Source[];
}
