import { amountText, isShownAsNothing, unitPriceText } from "../compare/amount-text.ts";
import { money, type Amount } from "../compare/amount.ts";
import type { CostLine } from "../compare/cost/cost.ts";
import { USAGE_NOT_GIVEN } from "../compare/cost/meters.ts";
import { known, lowestOf, type Estimate } from "../compare/estimate.ts";
import type { StackCost } from "./stack-cost.ts";

/**
 * Output `monthlyCost` of a stack. It changes with the plan, the usage file and the prices, and with nothing else: the
 * same stack has the same on another day.
 */
export interface MonthlyCost {
  readonly currency: "USD";
  /** Whatever is used, in USD. */
  readonly baseline: Figures;
  /** What comes on top by use, as far as it is known. */
  readonly usage: Figures;
  /** What the baseline consists of. */
  readonly lines: Readonly<Record<string, string>>;
  /** What one of each costs. */
  readonly dependsOnUsage: Readonly<Record<string, string>>;
  /** What is not known, and so in no figure. */
  readonly unknown: readonly string[];
  /** ISO 8601: when the newest and the oldest of these prices were last seen at their sources. */
  readonly asOf?: string;
  readonly oldestPrice?: string;
}

/** Between two ends, to the cent; or unknown, and then at least so much. */
type Figures = { readonly low: number; readonly high: number } | { readonly atLeast: number };

/** What a stack says of its cost. */
export function monthlyCostOf(stackCost: StackCost): MonthlyCost {
  if (stackCost.kind === "unpriced")
    return {
      currency: "USD",
      baseline: { atLeast: 0 },
      usage: { atLeast: 0 },
      lines: {},
      dependsOnUsage: {},
      unknown: [stackCost.why],
    };
  const { lines, baseline, usage } = stackCost.cost;
  const seen = lines.flatMap(({ entries }) => entries.map(({ observedAt }) => observedAt)).toSorted();
  const [oldestPrice, asOf] = [seen[0], seen.at(-1)];
  return {
    currency: "USD",
    baseline: figuresOf(baseline),
    usage: figuresOf(usage),
    lines: textsOf(lines, "baseline", ({ amount }) => amountText(amount)),
    dependsOnUsage: textsOf(lines, "usage", usageLineText),
    unknown: unknownIn(stackCost),
    ...(oldestPrice === undefined || asOf === undefined ? {} : { asOf, oldestPrice }),
  };
}

/** `0.20 USD per 100,000 commands`, and what that comes to, as far as it is known. */
export function usageLineText({ unitPrice, unit, amount }: CostLine): string {
  const price = `${unitPriceText(unitPrice)} per ${unit}`;
  if (amount.kind === "known") return `${price}: ${amountText(amount)}`;
  const least = atLeast(amount);
  return isShownAsNothing(least) ? price : `${price}: at least ${amountText(least)}`;
}

/** What nobody knows: prices and measurements, and of the usage what a usage file leaves open. */
export function unknownIn(stackCost: StackCost): readonly string[] {
  if (stackCost.kind === "unpriced") return [stackCost.why];
  const { cost, usage } = stackCost;
  const reasons = cost.lines.flatMap((line) => [line.unitPrice, line.quantity]).flatMap(reasonsOf);
  const expected: readonly string[] = usage === undefined ? Object.values(USAGE_NOT_GIVEN) : [];
  return [...new Set(reasons)].filter((reason) => !expected.includes(reason));
}

function reasonsOf(estimate: Estimate): readonly string[] {
  return estimate.kind === "unknown" ? estimate.because : [];
}

function atLeast(amount: Amount): Amount {
  return money(known(lowestOf(amount)), amount.currency);
}

function figuresOf(amount: Amount): Figures {
  if (amount.kind === "unknown") return { atLeast: cents(amount.atLeast) };
  return { low: cents(amount.low), high: cents(amount.high) };
}

function cents(amount: number): number {
  return Math.round(amount * 100) / 100;
}

function textsOf(
  lines: readonly CostLine[],
  wanted: CostLine["basis"],
  text: (line: CostLine) => string,
): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const line of lines.filter(({ basis }) => basis === wanted)) texts[nameIn(texts, line)] = text(line);
  return texts;
}

/** Whose line it is and what it is, and where there are several of that, which. */
function nameIn(texts: Readonly<Record<string, string>>, { of, what }: CostLine): string {
  const name = `${of}: ${what}`;
  let count = 1;
  while ((count === 1 ? name : `${name} (${count})`) in texts) count += 1;
  return count === 1 ? name : `${name} (${count})`;
}
