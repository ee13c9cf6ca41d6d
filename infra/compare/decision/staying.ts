import type { StackPlan } from "../../plan.ts";
import { costOf } from "../cost/price-items.ts";
import type { Cost, CostLine } from "../cost/cost.ts";
import { known, lowestOf, type Estimate, type Range } from "../estimate.ts";
import type { TargetFacts } from "./target-facts.ts";

/** What moving from where one is to another target brings, beside staying, which is always an option. */
export interface Move {
  readonly from: string;
  readonly to: string;
  /** USD a month; negative where it costs more. Without `high` or `low` nobody knows that end. */
  readonly savesMonthly: { readonly low?: number; readonly high?: number };
  /** USD, once: the work, and both running for the time of the switch. */
  readonly costsOnce: Estimate;
  readonly payback: Payback;
}

export type Payback =
  /** In so many months; without `high` perhaps never. */
  | { readonly kind: "after"; readonly months: { readonly low: number; readonly high?: number } }
  | { readonly kind: "never"; readonly because: string }
  | { readonly kind: "unknown"; readonly because: readonly string[] };

export interface MoveParts {
  /** USD. */
  readonly hourlyRate: Estimate;
  /** For how long both run. */
  readonly switchDays: Range;
}

/** From a hand-over in one go to a canary of two weeks. An assumption: say how long yours takes. */
export const USUAL_SWITCH_DAYS: Range = { low: 1, high: 14 };

const MONTH_DAYS = 365 / 12;

/** When what a move saves has paid for it. The AI costs the same wherever it is called from. */
export function moveOf(from: TargetFacts, to: TargetFacts, { hourlyRate, switchDays }: MoveParts): Move {
  const own = differing(from.cost.hosting, to.cost.hosting);
  const hosting = minus(own.from.total, own.to.total);
  const upkeep = differingHours(from, to);
  const hours = minus(upkeep.from, upkeep.to);
  const savesMonthly = plus(hosting, timesRate(hours, hourlyRate));
  const costsOnce = onceOf(to, hourlyRate, switchDays);
  const reasons = [own.from.total, own.to.total, upkeep.from, upkeep.to, hourlyRate, costsOnce];
  return {
    from: from.name,
    to: to.name,
    savesMonthly,
    costsOnce,
    payback: paybackOf(savesMonthly, costsOnce, [...new Set(reasons.flatMap(reasonsOf))]),
  };
}

function paybackOf({ low, high }: Move["savesMonthly"], once: Estimate, because: readonly string[]): Payback {
  if (high !== undefined && high <= 0)
    return {
      kind: "never",
      because: high === 0 && low === 0 ? "it costs as much a month" : "it saves nothing in a month",
    };
  if (once.kind === "unknown" || low === undefined || high === undefined) return { kind: "unknown", because };
  return {
    kind: "after",
    months: { low: once.low / high, ...(low > 0 ? { high: once.high / low } : {}) },
  };
}

function onceOf(
  { setupHours: { estimate: setupHours }, cost }: TargetFacts,
  hourlyRate: Estimate,
  days: Range,
): Estimate {
  const hosting = cost.hosting.baseline;
  const months = { low: days.low / MONTH_DAYS, high: days.high / MONTH_DAYS };
  const reasons = [setupHours, ...(isNothing(setupHours) ? [] : [hourlyRate]), hosting].flatMap(reasonsOf);
  const low = lowestOf(setupHours) * lowestOf(hourlyRate) + lowestOf(hosting) * months.low;
  if (reasons.length > 0) return { kind: "unknown", atLeast: low, because: [...new Set(reasons)] };
  return known(low, workHigh(setupHours, hourlyRate) + highestOf(hosting) * months.high);
}

/** What both pay alike cancels out, however uncertain it is; not an account's fee, which pays for other lines. */
function differing(from: Cost, to: Cost): { readonly from: Cost; readonly to: Cost } {
  const fees = new Set([...from.lines, ...to.lines].flatMap(({ paidFrom }) => paidFrom ?? []));
  const left: CostLine[] = [];
  const others = [...to.lines];
  for (const line of from.lines) {
    const isOfFee = line.paidFrom !== undefined || [...fees].some((fee) => line.price.startsWith(`${fee}/`));
    const at = isOfFee ? -1 : others.findIndex((other) => isSameBill(line, other));
    if (at === -1) left.push(line);
    else others.splice(at, 1);
  }
  return { from: costOf(left), to: costOf(others) };
}

function isSameBill(one: CostLine, other: CostLine): boolean {
  const bill = ({ price, basis, unitPrice, quantity, amount, paidFrom }: CostLine): string =>
    JSON.stringify([price, basis, unitPrice, quantity, amount, paidFrom]);
  return bill(one) === bill(other);
}

/** Looking after the same hosts takes as long, however long that is. */
function differingHours(
  { plan: fromPlan, upkeepHours: { estimate: from } }: TargetFacts,
  { plan: toPlan, upkeepHours: { estimate: to } }: TargetFacts,
): { readonly from: Estimate; readonly to: Estimate } {
  const isSame = JSON.stringify([hostsOf(fromPlan), from]) === JSON.stringify([hostsOf(toPlan), to]);
  return isSame ? { from: known(0), to: known(0) } : { from, to };
}

function hostsOf({ fleets }: StackPlan): string[] {
  return [...new Set(fleets.map(({ host }) => host))].toSorted();
}

type Signed = Move["savesMonthly"];

function minus(one: Estimate, other: Estimate): Signed {
  const low = other.kind === "known" ? { low: lowestOf(one) - other.high } : {};
  const high = one.kind === "known" ? { high: one.high - lowestOf(other) } : {};
  return { ...low, ...high };
}

function plus(one: Signed, other: Signed): Signed {
  const low = one.low === undefined || other.low === undefined ? {} : { low: one.low + other.low };
  const high = one.high === undefined || other.high === undefined ? {} : { high: one.high + other.high };
  return { ...low, ...high };
}

/** No rate makes anything of no hours, and less than nothing of fewer. */
function timesRate({ low, high }: Signed, rate: Estimate): Signed {
  const lowest = lowestOf(rate);
  const highest = rate.kind === "known" ? rate.high : undefined;
  const at = (hours: number, whenMore: number | undefined, whenLess: number | undefined) => {
    if (hours === 0) return 0;
    const factor = hours > 0 ? whenMore : whenLess;
    return factor === undefined ? undefined : hours * factor;
  };
  const lowEnd = low === undefined ? undefined : at(low, lowest, highest);
  const highEnd = high === undefined ? undefined : at(high, highest, lowest);
  return {
    ...(lowEnd === undefined ? {} : { low: lowEnd }),
    ...(highEnd === undefined ? {} : { high: highEnd }),
  };
}

function reasonsOf(estimate: Estimate): readonly string[] {
  return estimate.kind === "unknown" ? estimate.because : [];
}

function isNothing(estimate: Estimate): boolean {
  return estimate.kind === "known" && estimate.high === 0;
}

function highestOf(estimate: Estimate): number {
  return estimate.kind === "known" ? estimate.high : Number.POSITIVE_INFINITY;
}

function workHigh(hours: Estimate, rate: Estimate): number {
  return isNothing(hours) ? 0 : highestOf(hours) * highestOf(rate);
}
