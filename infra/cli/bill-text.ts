import { styleText } from "node:util";
import { amountText, changeText } from "../compare/amount-text.ts";
import type { Amount } from "../compare/amount.ts";
import type { CostLine } from "../compare/cost/cost.ts";
import { usageLineText } from "../monthly-cost/monthly-cost.ts";
import type { AmountChange, LineChange } from "../monthly-cost/cost-change.ts";
import type { BillChange } from "./planned-change.ts";

const NAME_WIDTH = 46;

/** `cost a month: 5.15 USD → 9.20 USD (+4.05 USD), and what depends on usage`. */
export function billSummary(bill: BillChange): string {
  if (bill.kind === "unknown") return `  cost a month: unknown, because ${bill.why}`;
  const { baseline, usage } = bill.change;
  const on = bill.asOf === undefined ? "" : ` (prices as of ${bill.asOf})`;
  return `  cost a month: ${changed(baseline)}${usageSummary(usage)}${on}`;
}

/** The same, and before it each line that differs. */
export function billLines(bill: BillChange): string[] {
  if (bill.kind === "unknown") return [billSummary(bill)];
  const { change, unknown } = bill;
  return [
    ...change.lines.flatMap(linesOf),
    billSummary(bill),
    ...unknown.map((what) => styleText("yellow", `  ! not in it, because unknown: ${what}`)),
  ];
}

/** For programs. */
export function billFields(bill: BillChange): object {
  if (bill.kind === "unknown") return { unknown: [bill.why] };
  const { change, unknown, asOf } = bill;
  const line = ({ amount, unitPrice, unit, quantity, price }: CostLine): object => ({
    ...{ amount, unitPrice, unit, quantity, price },
  });
  return {
    ...{ currency: "USD", asOf, unknown },
    baseline: change.baseline,
    usage: change.usage,
    lines: change.lines.map(({ before, after }) => ({
      of: (after ?? before)?.of,
      what: (after ?? before)?.what,
      basis: (after ?? before)?.basis,
      ...(before === undefined ? {} : { before: line(before) }),
      ...(after === undefined ? {} : { after: line(after) }),
    })),
  };
}

function changed({ before, after, difference }: AmountChange): string {
  if (before === undefined) return amountText(after);
  if (difference === undefined)
    return `${amountText(before)} → ${amountText(after)} (the difference is unknown)`;
  if (difference.low === 0 && difference.high === 0) return `${amountText(after)}, as before`;
  return `${amountText(before)} → ${amountText(after)} (${changeText(difference, after.currency)})`;
}

function usageSummary(usage: AmountChange): string {
  if (usage.after.kind === "unknown")
    return usage.after.atLeast === 0
      ? ", and what depends on usage"
      : `, and what depends on usage (at least ${amountText(knownPart(usage.after))})`;
  if (usage.after.high === 0 && (usage.before === undefined || isNothing(usage.before))) return "";
  return `, and by usage ${changed(usage)}`;
}

function isNothing(amount: Amount): boolean {
  return amount.kind === "known" && amount.high === 0;
}

function knownPart({ atLeast, currency }: Amount & { readonly kind: "unknown" }): Amount {
  return { kind: "known", low: atLeast, high: atLeast, currency };
}

function linesOf({ before, after }: LineChange): string[] {
  if (before !== undefined && after !== undefined)
    return [written("~", "yellow", after, `${valueOf(before)} → ${valueOf(after)}`)];
  if (before !== undefined) return [written("-", "red", before, valueOf(before))];
  return after === undefined ? [] : [written("+", "green", after, valueOf(after))];
}

function valueOf(line: CostLine): string {
  return line.basis === "usage" ? usageLineText(line) : amountText(line.amount);
}

function written(
  sign: string,
  color: "green" | "red" | "yellow",
  { of, what }: CostLine,
  value: string,
): string {
  return styleText(color, `  ${sign} ${`${of}: ${what}`.padEnd(NAME_WIDTH)} ${value}`);
}
