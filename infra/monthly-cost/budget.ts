import { amountText } from "../compare/amount-text.ts";
import { money, type Amount } from "../compare/amount.ts";
import type { CostLine } from "../compare/cost/cost.ts";
import { known } from "../compare/estimate.ts";
import { unknownIn, usageLineText } from "./monthly-cost.ts";
import type { StackCost } from "./stack-cost.ts";

/** What a budget says of a cost; the sentence is for the user. */
export type Judgement =
  | { readonly kind: "within" }
  /** As far as it can be held against it. */
  | { readonly kind: "partly"; readonly sentence: string }
  | { readonly kind: "refused"; readonly sentence: string };

/** A stack costs more than it may, or nobody knows; the message is one sentence for the user. */
export class OverBudget extends Error {
  override readonly name = "OverBudget";
}

const LARGEST_LINES = 3;
const ANYWAY = "say --over-budget (OXY_OVER_BUDGET=true where it is pulumi)";

/**
 * Holds the cost of a stack against its budget, by its high end. What is there whatever is used has to be known: a
 * budget that says yes to what nobody knows is none. What depends on use, few know beforehand, so that refusing it would
 * make every budget useless: it counts as far as it is known, and what does not count is said each time.
 * @param budget in USD a month
 */
export function judged(stackCost: StackCost, budget: number): Judgement {
  const limit = amountText(money(known(budget)));
  const refused = (got: string, ways: string): Judgement => ({
    kind: "refused",
    sentence: `budget: expected at most ${limit} a month, got ${got}: ${ways}`,
  });
  const refusedUnknown = (got: string): Judgement => refused(got, `to deploy it all the same, ${ANYWAY}`);
  if (stackCost.kind === "unpriced") return refusedUnknown(`an unknown cost (${stackCost.why})`);
  const { lines, baseline, usage } = stackCost.cost;
  const most = highOf(baseline) + highOf(usage);
  const figure = amountText(money(known(most)));
  if (most > budget)
    return refused(
      `${leastOf(stackCost)}${figure} (${largest(lines)})`,
      `deploy something smaller, raise the budget, or ${ANYWAY}`,
    );
  if (baseline.kind === "unknown")
    return refusedUnknown(`an unknown cost, at least ${figure} (unknown: ${baseline.because.join("; ")})`);
  if (usage.kind === "known") return { kind: "within" };
  const open = lines.filter(({ amount }) => amount.kind === "unknown");
  return {
    kind: "partly",
    sentence:
      `budget: ${limit} a month is held against ${figure} only, because the rest depends on usage: ` +
      `${shortened(open.map((line) => `${line.what}, ${usageLineText(line)}`))} (${whatHelps(stackCost)})`,
  };
}

/** The high end, or what is known of it. */
function highOf(amount: Amount): number {
  return amount.kind === "known" ? amount.high : amount.atLeast;
}

function leastOf({ cost: { total } }: StackCost & { readonly kind: "priced" }): string {
  return total.kind === "unknown" ? "at least " : "";
}

function largest(lines: readonly CostLine[]): string {
  return lines
    .toSorted((one, other) => highOf(other.amount) - highOf(one.amount))
    .slice(0, LARGEST_LINES)
    .map(({ of, what, amount }) => `${of}: ${what} ${amountText(amount)}`)
    .join(", ");
}

/** `monthlyCost` has all of them. */
function shortened(open: readonly string[]): string {
  const more = open.length - LARGEST_LINES;
  return `${open.slice(0, LARGEST_LINES).join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}

function whatHelps(stackCost: StackCost & { readonly kind: "priced" }): string {
  if (stackCost.usage === undefined) return "a usage file, named under usage, says how much there is";
  return `unknown: ${unknownIn(stackCost).join("; ")}`;
}
