import type { Estimate } from "../compare/estimate.ts";
import { shortfall, type Judged, type Judgement, type Limits, type Verdict } from "./judge.ts";
import { measures } from "./measures.ts";
import type { Outcome } from "./outcome.ts";

/** Of the file's form. */
const RESULT_VERSION = 1;

/** What came of one target. */
export interface TargetResult {
  readonly name: string;
  /** What was deployed, in a phrase. */
  readonly what: string;
  /** Undefined when it was not measured. */
  readonly outcome?: Outcome;
  /** Why it was not measured. */
  readonly failure?: string;
  readonly judged: Judged;
  /** What could not be taken away again, and how to go on. */
  readonly left: readonly string[];
}

export interface BenchmarkResult {
  /** ISO 8601. */
  readonly at: string;
  /** What was tried, in a phrase: the stack, or the Redis. */
  readonly of: string;
  /** In a rehearsal, hosts are this machine: times say nothing of the real ones. */
  readonly offline: boolean;
  readonly scenario: string;
  readonly speed: number;
  readonly limits: Limits;
  readonly targets: readonly TargetResult[];
}

/** What is not measured is no Go. */
export const NOT_MEASURED: Judged = { verdict: "No-Go", judgements: [] };

/** As it is kept. */
export function resultJson(result: BenchmarkResult): string {
  return `${JSON.stringify(resultFields(result), undefined, 2)}\n`;
}

/** The same, to be printed as a line. */
export function resultFields({ targets, ...about }: BenchmarkResult): object {
  return {
    version: RESULT_VERSION,
    ...about,
    targets: targets.map(({ judged, outcome, ...target }) => ({
      ...target,
      verdict: judged.verdict,
      judgements: judged.judgements,
      ...(outcome === undefined ? {} : { outcome, measures: foundIn(outcome) }),
    })),
  };
}

/** Whether every target is a Go, and nothing is left of any. */
export function isGo({ targets }: BenchmarkResult): boolean {
  return targets.every(({ judged: { verdict }, left }) => verdict === "Go" && left.length === 0);
}

/** Each target's verdict with the limits that it misses, a line each. */
export function verdictLines({ targets }: BenchmarkResult): string[] {
  return targets.flatMap(({ name, judged, failure, left }) => [
    `${name}: ${WORDS[judged.verdict]}${failure === undefined ? "" : `, because it was not measured: ${failure}`}`,
    ...judged.judgements.flatMap((one) => sentenceOf(one)).map((sentence) => `  ${sentence}`),
    ...left.map((one) => `  left: ${one}`),
  ]);
}

const WORDS: Readonly<Record<Verdict, string>> = {
  Go: "Go",
  "No-Go": "No-Go",
  unknown: "neither Go nor No-Go, because a limit is set on what is not known",
};

function sentenceOf(judgement: Judgement): string[] {
  const sentence = shortfall(judgement);
  return sentence === undefined ? [] : [sentence];
}

function foundIn(outcome: Outcome): Readonly<Record<string, Estimate>> {
  return Object.fromEntries(Object.entries(measures).map(([name, { of }]) => [name, of(outcome)]));
}
