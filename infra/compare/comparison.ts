import type { StackPlan } from "../plan.ts";
import type { ExchangeRate } from "./amount.ts";
import type { Catalogue } from "./catalogue/catalogue.ts";
import type { TargetCost } from "./cost/cost.ts";
import { metersOf } from "./cost/meters.ts";
import { hostingCost } from "./cost/hosting-cost.ts";
import { costOfPlan } from "./cost/target-cost.ts";
import { breakEvensOf, type BreakEvens } from "./decision/break-even.ts";
import { scoresOf } from "./decision/criteria.ts";
import { matrixOf, type Matrix } from "./decision/matrix.ts";
import { reasonsAgainst, type Reason } from "./decision/reasons.ts";
import type { Situation } from "./decision/situation.ts";
import { moveOf, USUAL_SWITCH_DAYS, type Move } from "./decision/staying.ts";
import type { Figure, TargetFacts } from "./decision/target-facts.ts";
import { evaluateTriggers, type TriggerResult } from "./decision/triggers.ts";
import type { Weights } from "./decision/weights.ts";
import { sum, unknown, type Estimate, type Range } from "./estimate.ts";
import { OptionRefused } from "./option-refused.ts";
import type { Target } from "./targets/target.ts";
import type { Usage } from "./usage.ts";
import { nearest } from "../stack-config/problems.ts";

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
}

export interface ComparedTarget {
  readonly name: string;
  readonly origin: Target["origin"];
  readonly shape: TargetShape;
  readonly cost: TargetCost;
  readonly work: { readonly setupHours: Figure; readonly upkeepHours: Figure };
  readonly remarks: readonly string[];
}

/** What of a plan one has to know to tell targets apart. */
export interface TargetShape {
  readonly fleets: readonly {
    readonly name: string;
    readonly host: string;
    readonly region: string;
    readonly size: string;
    readonly processes: readonly { readonly name: string; readonly least: number; readonly most: number }[];
  }[];
  readonly store: { readonly kind: string; readonly identity: string; readonly mayLose: string };
}

/**
 * Compares them.
 * @throws OptionRefused when there is nothing to compare, or the current target is none of them
 */
export function compare(request: ComparisonRequest): Comparison {
  const { targets, day, today, usage, weights, situation, exchange } = request;
  const current = currentOf(request);
  const facts = targets.map((target) => factsOf(target, request, current));
  const here = facts.find(({ name }) => name === current);
  if (here === undefined) throw new OptionRefused(`--current: expected a target, got ${current}`);
  const hourlyRate: Estimate =
    usage.hourlyRate === undefined
      ? unknown("what an hour of work costs")
      : { kind: "known", ...usage.hourlyRate };
  const moves = facts
    .filter(({ name }) => name !== current)
    .map((there) => moveOf(here, there, { hourlyRate, switchDays: USUAL_SWITCH_DAYS }));
  return {
    version: COMPARISON_VERSION,
    day,
    today,
    usage,
    ...(exchange === undefined ? {} : { exchange }),
    objectiveMs: OBJECTIVE_MS,
    current,
    targets: facts.map((each, index) => comparedOf(each, targets[index])),
    matrix: matrixOf(
      facts.map((each) => ({ target: each.name, scores: scoresOf(each) })),
      weights,
    ),
    moves,
    switchDays: USUAL_SWITCH_DAYS,
    breakEvens: breakEvens(request),
    triggers: evaluateTriggers({
      situation,
      messages:
        usage.messages === undefined ? unknown("messages a month") : { kind: "known", ...usage.messages },
      hosting: here.cost.hosting.total,
      workers: unknown("processes that the messages need"),
    }),
    reasonsAgainst: reasonsAgainst(moves),
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

function factsOf({ name, plan }: Target, request: ComparisonRequest, current: string): TargetFacts {
  const { usage, catalogue, day } = request;
  return {
    name,
    plan,
    cost: costOfPlan(plan, { catalogue, day, usage }),
    setupHours:
      name === current
        ? { estimate: { kind: "known", low: 0, high: 0 }, sources: [] }
        : hoursOf(plan, request, "setup", {}),
    upkeepHours: hoursOf(plan, request, "upkeep", usage.upkeepHours),
    brazilMs: { estimate: unknown("round trip to São Paulo"), sources: [] },
    downMinutes: { estimate: unknown("availability"), sources: [] },
    storeCommands: metersOf(plan, { usage, catalogue, day })["store-commands"],
  };
}

/** Of all hosts of a plan: whoever gives the hours knows better than the catalogue. */
function hoursOf(
  { fleets }: StackPlan,
  { catalogue, day }: ComparisonRequest,
  kind: "setup" | "upkeep",
  given: Usage["upkeepHours"],
): Figure {
  const hosts = [...new Set(fleets.map(({ host }) => host))];
  const ids = hosts.filter((host) => given[host] === undefined).map((host) => `people/${kind}/${host}`);
  const entries = ids.map((id) => ({ id, entry: catalogue.entry(id, day) }));
  const estimate = sum([
    ...hosts.flatMap((host): Estimate[] => {
      const own = given[host];
      return own === undefined ? [] : [{ kind: "known", ...own }];
    }),
    ...entries.map(({ id, entry }): Estimate =>
      entry?.value == null ? unknown(id) : { kind: "known", ...entry.value },
    ),
  ]);
  const isOpinion = entries.some(({ entry }) => entry !== undefined && entry.sourceKind !== "measured");
  return { estimate, sources: ids, ...(isOpinion ? { isOpinion } : {}) };
}

function comparedOf(
  { name, plan, cost, setupHours, upkeepHours }: TargetFacts,
  target: Target | undefined,
): ComparedTarget {
  const { fleets, store } = plan;
  return {
    name,
    origin: target?.origin ?? "flag",
    shape: {
      fleets: fleets.map(({ name: fleet, host, region, size, processes }) => ({
        name: fleet,
        host,
        region,
        size,
        processes: processes.map((process) => ({ name: process.name, ...process.copies })),
      })),
      store: { kind: store.kind, identity: store.identity, mayLose: store.mayLose },
    },
    cost,
    work: { setupHours, upkeepHours },
    remarks: target?.remarks ?? [],
  };
}

/** What does not vary with messages is known once; without a model the AI is left out, being the same for all. */
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
