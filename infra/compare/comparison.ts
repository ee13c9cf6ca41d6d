import type { StackPlan } from "../plan.ts";
import { nearest } from "../stack-config/problems.ts";
import type { ExchangeRate } from "./amount.ts";
import { explain, type Explanation } from "./analysis/explain.ts";
import { explainedTotals, type ExplainedTotal } from "./analysis/totals.ts";
import type { Catalogue } from "./catalogue/catalogue.ts";
import { comparedTarget, processesNeeded, type ComparedTarget } from "./compared-target.ts";
import type { TargetCost } from "./cost/cost.ts";
import { hostingCost } from "./cost/hosting-cost.ts";
import { breakEvensOf, type BreakEvens } from "./decision/break-even.ts";
import { scoresOf } from "./decision/criteria.ts";
import { matrixOf, type Matrix } from "./decision/matrix.ts";
import { reasonsAgainst, type Reason } from "./decision/reasons.ts";
import type { Situation } from "./decision/situation.ts";
import { moveOf, USUAL_SWITCH_DAYS, type Move } from "./decision/staying.ts";
import { evaluateTriggers, type TriggerResult } from "./decision/triggers.ts";
import type { Weights } from "./decision/weights.ts";
import { unknown, type Estimate, type Range } from "./estimate.ts";
import { OptionRefused } from "./option-refused.ts";
import type { Invoices } from "./review/invoice-file.ts";
import { review, type Review } from "./review/review.ts";
import type { Target } from "./targets/target.ts";
import type { Usage } from "./usage.ts";

/** Of the form of a {@link Comparison} as JSON: another one means something else. */
export const COMPARISON_VERSION = 1;
/** What the 2025 analysis asks for: an answer within 5 s. */
const OBJECTIVE_MS = 5_000;

/** What is compared, and for what. */
export interface ComparisonRequest {
  readonly targets: readonly Target[];
  readonly catalogue: Catalogue;
  /** ISO 8601: prices are those in force on it. */
  readonly day: string;
  /** ISO 8601. */
  readonly today: string;
  readonly usage: Usage;
  readonly weights: Weights;
  readonly situation: Situation;
  /** Name of the target where one is; the first one unless said. */
  readonly current?: string | undefined;
  readonly exchange?: ExchangeRate | undefined;
  /** Of the simulations: the same seed makes the same numbers. */
  readonly seed?: number | undefined;
  /** Where the 2025 analysis is asked for beside today: its totals, or every claim of it. */
  readonly analysis?: AnalysisInputs | undefined;
  readonly review?: ReviewInputs | undefined;
}

export interface AnalysisInputs {
  /** Plans of the examples, by name. */
  readonly plans: Readonly<Record<string, StackPlan>>;
  readonly isExplained: boolean;
}

/** What the current target is reviewed against. */
export interface ReviewInputs {
  /** What that target was expected to cost. */
  readonly projected: TargetCost;
  /** Whether the usage of this comparison was measured. */
  readonly isMeasured: boolean;
  readonly invoices?: Invoices | undefined;
}

/** What each target costs and how it behaves, in pure data: all numbers, none of the words about them. */
export interface Comparison {
  readonly version: typeof COMPARISON_VERSION;
  /** Prices are those in force on it. ISO 8601. */
  readonly day: string;
  /** When it was made. ISO 8601. */
  readonly today: string;
  readonly usage: Usage;
  /** What amounts are shown in; they are kept in the currency of their price. */
  readonly exchange?: ExchangeRate;
  /** Within which customers are to be answered. */
  readonly objectiveMs: number;
  /** Name of the target where one is. */
  readonly current: string;
  readonly targets: readonly ComparedTarget[];
  readonly matrix: Matrix;
  /** From the current target to each other one. */
  readonly moves: readonly Move[];
  /** For how long both run during a move. */
  readonly switchDays: Range;
  /** Of what hosts, store and network cost. */
  readonly breakEvens: BreakEvens;
  readonly triggers: readonly TriggerResult[];
  readonly reasonsAgainst: readonly Reason[];
  /** What the 2025 analysis adds up, beside what such a stack was billed then, and is on `day`. */
  readonly analysisTotals?: readonly ExplainedTotal[];
  /** The 2025 analysis claim by claim. */
  readonly explanation?: Explanation;
  readonly review?: Review;
}

/**
 * Compares them.
 * @throws OptionRefused when there is nothing to compare, or the current target is none of them
 */
export function compare(request: ComparisonRequest): Comparison {
  const { targets, catalogue, day, today, usage, weights, situation, exchange, seed } = request;
  const current = currentOf(request);
  const currentHosts = targets
    .filter(({ name }) => name === current)
    .flatMap(({ plan: { fleets } }) => fleets.map(({ host }) => host));
  const all = targets.map((target) => comparedTarget(target, { catalogue, day, usage, seed, currentHosts }));
  const here = all.find(({ compared }) => compared.name === current);
  if (here === undefined) throw new OptionRefused(`--current: expected a target, got ${current}`);
  const hourlyRate = estimateOf(usage.hourlyRate, "what an hour of work costs");
  const moves = all
    .filter((each) => each !== here)
    .map(({ facts }) => moveOf(here.facts, facts, { hourlyRate, switchDays: USUAL_SWITCH_DAYS }));
  return {
    version: COMPARISON_VERSION,
    day,
    today,
    usage,
    ...(exchange === undefined ? {} : { exchange }),
    objectiveMs: OBJECTIVE_MS,
    current,
    targets: all.map(({ compared }) => compared),
    matrix: matrixOf(
      all.map(({ facts }) => ({ target: facts.name, scores: scoresOf(facts) })),
      weights,
    ),
    moves,
    switchDays: USUAL_SWITCH_DAYS,
    breakEvens: breakEvens(request),
    triggers: evaluateTriggers({
      situation,
      messages: estimateOf(usage.messages, "messages a month"),
      hosting: here.compared.cost.hosting.total,
      workers: processesNeeded(here.compared.capacity),
    }),
    reasonsAgainst: reasonsAgainst(moves),
    ...analysed(request),
    ...reviewed(request, here.compared),
  };
}

function currentOf({ targets, current }: ComparisonRequest): string {
  const names = targets.map(({ name }) => name);
  const [first] = names;
  if (first === undefined) throw new OptionRefused("expected a target to compare, got none");
  if (current === undefined) return first;
  if (names.includes(current)) return current;
  const hint = nearest(current, names);
  throw new OptionRefused(
    `--current: expected one of ${names.join(", ")}, got ${current}${hint === undefined ? "" : `; ${hint}`}`,
  );
}

function estimateOf(range: Range | undefined, what: string): Estimate {
  return range === undefined ? unknown(what) : { kind: "known", ...range };
}

/** Of hosts, store and network: the AI costs the same at any of them, and people do not cost by the message. */
function breakEvens({ targets, catalogue, day, usage }: ComparisonRequest): BreakEvens {
  const plans = new Map(targets.map(({ name, plan }) => [name, plan]));
  return breakEvensOf(
    targets.map(({ name }) => name),
    (name, messages) => {
      const plan = plans.get(name);
      if (plan === undefined) throw new RangeError(`no target is named ${name}`);
      const at = { low: messages, high: messages };
      return hostingCost(plan, { catalogue, day, usage: { ...usage, messages: at } }).total;
    },
  );
}

function analysed({
  analysis,
  catalogue,
  day,
  today,
  usage,
}: ComparisonRequest): Pick<Comparison, "analysisTotals" | "explanation"> {
  if (analysis === undefined) return {};
  const parts = { catalogue, day, usage, plans: analysis.plans };
  if (!analysis.isExplained) return { analysisTotals: explainedTotals(parts) };
  // Totals are of the day that is asked for; what is said of a claim is so today.
  return { analysisTotals: explainedTotals(parts), explanation: explain({ ...parts, day: today }) };
}

function reviewed(
  { review: inputs }: ComparisonRequest,
  { cost }: ComparedTarget,
): Pick<Comparison, "review"> {
  if (inputs === undefined) return {};
  const { projected, isMeasured, invoices } = inputs;
  return {
    review: review({
      projected,
      ...(isMeasured ? { measured: cost } : {}),
      ...(invoices === undefined ? {} : { invoices }),
    }),
  };
}
