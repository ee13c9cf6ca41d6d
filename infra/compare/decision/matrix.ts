import type { Range } from "../estimate.ts";
import { CRITERION_IDS, type CriterionId } from "./criterion-ids.ts";
import { CRITERIA } from "./criteria.ts";
import type { Score } from "./score.ts";
import type { Weights } from "./weights.ts";

export type Scores = Readonly<Record<CriterionId, Score>>;

/** The matrix of the analysis, with numbers: each target by each criterion, and who comes first. */
export interface Matrix {
  readonly weights: Weights;
  /** The best first; as good as each other, by name. */
  readonly rows: readonly MatrixRow[];
}

interface MatrixRow {
  readonly target: string;
  readonly scores: Scores;
  /** From 0 to 10, the weighted mean: at the worst and at the best that the scores may be. */
  readonly total: Range;
  /** 1 is the best place: the best and the worst that it may come in at. Those with the same total share a place. */
  readonly place: Range;
  /** Criteria that count and that nobody knows. */
  readonly unknown: readonly CriterionId[];
}

/** Ranks them. What is the same for all of them by its nature moves totals, and never a place. */
export function matrixOf(
  targets: readonly { readonly target: string; readonly scores: Scores }[],
  weights: Weights,
): Matrix {
  const compared = targets.map(({ target, scores }) => ({
    target,
    scores,
    total: meanOf(scores, weights, CRITERION_IDS),
    own: meanOf(scores, weights, DISTINGUISHING),
    unknown: CRITERION_IDS.filter((id) => weights[id] > 0 && scores[id].basis === "unknown"),
  }));
  const rows = compared.map(({ target, scores, total, own, unknown }) => ({
    target,
    scores,
    total,
    unknown,
    place: {
      low: 1 + compared.filter((other) => isMore(other.own.low, own.high)).length,
      // Itself not among them: it is no better than itself.
      high: 1 + compared.filter((other) => other.target !== target && isMore(other.own.high, own.low)).length,
    },
  }));
  return { weights, rows: rows.toSorted(byPlace) };
}

const DISTINGUISHING = CRITERION_IDS.filter((id) => CRITERIA[id].isOfTarget);
/** Sums of the same numbers differ by their rounding. */
const SAME = 1e-9;

function isMore(one: number, other: number): boolean {
  return one > other + SAME;
}

function byPlace(one: MatrixRow, other: MatrixRow): number {
  const middle = ({ place: { low, high } }: MatrixRow): number => low + high;
  return (
    middle(one) - middle(other) || one.place.low - other.place.low || (one.target < other.target ? -1 : 1)
  );
}

function meanOf(scores: Scores, weights: Weights, ids: readonly CriterionId[]): Range {
  const weight = ids.reduce((total, id) => total + weights[id], 0);
  if (weight === 0) return { low: 0, high: 0 };
  const at = (end: keyof Range): number =>
    ids.reduce((total, id) => total + weights[id] * scores[id].points[end], 0) / weight;
  return { low: at("low"), high: at("high") };
}
