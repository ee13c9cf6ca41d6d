import { styleText } from "node:util";
import { amountText, changeText, isShownAsNothing } from "../compare/amount-text.ts";
import { money } from "../compare/amount.ts";
import type { CostLine } from "../compare/cost/cost.ts";
import { known } from "../compare/estimate.ts";
import { usageLineText } from "../monthly-cost/monthly-cost.ts";
import type { AmountChange, LineChange } from "../monthly-cost/cost-change.ts";
import type { BillChange } from "./planned-change.ts";

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
    ...written(change.lines.flatMap(rowsOf)),
    billSummary(bill),
    ...unknown.map((what) => styleText("yellow", `  ! not in it, because unknown: ${what}`)),
  ];
}

/** For programs. */
export function billFields(bill: BillChange): object {
  if (bill.kind === "unknown") return { unknown: [bill.why] };
  const { change, unknown, asOf } = bill;
  return {
    ...{ currency: "USD", asOf, unknown },
    baseline: change.baseline,
    usage: change.usage,
    lines: change.lines.map(lineFields),
  };
}

function lineFields({ before, after }: LineChange): object {
  const { of, what, basis } = after ?? before ?? {};
  return {
    ...{ of, what, basis },
    ...(before === undefined ? {} : { before: figuresOf(before) }),
    ...(after === undefined ? {} : { after: figuresOf(after) }),
  };
}

function figuresOf({ amount, unitPrice, unit, quantity, price }: CostLine): object {
  return { amount, unitPrice, unit, quantity, price };
}

function changed({ before, after, difference }: AmountChange): string {
  if (before === undefined) return amountText(after);
  if (difference === undefined)
    return `${amountText(before)} → ${amountText(after)} (the difference is unknown)`;
  if (difference.low === 0 && difference.high === 0) return `${amountText(after)}, as before`;
  return `${amountText(before)} → ${amountText(after)} (${changeText(difference, after.currency)})`;
}

function usageSummary(usage: AmountChange): string {
  const { before, after } = usage;
  if (after.kind === "known")
    return isShownAsNothing(after) && (before === undefined || isShownAsNothing(before))
      ? ""
      : `, and by usage ${changed(usage)}`;
  const least = money(known(after.atLeast), after.currency);
  return `, and what depends on usage${isShownAsNothing(least) ? "" : ` (at least ${amountText(least)})`}`;
}

interface Row {
  readonly sign: keyof typeof COLORS;
  readonly name: string;
  readonly value: string;
}

const COLORS = { "+": "green", "-": "red", "~": "yellow" } as const;

function rowsOf({ before, after }: LineChange): Row[] {
  if (before !== undefined && after !== undefined) {
    const [old, fresh] = [valueOf(before), valueOf(after)];
    // A difference of less than a cent.
    return old === fresh ? [] : [{ sign: "~", name: nameOf(after), value: `${old} → ${fresh}` }];
  }
  if (before !== undefined) return [{ sign: "-", name: nameOf(before), value: valueOf(before) }];
  return after === undefined ? [] : [{ sign: "+", name: nameOf(after), value: valueOf(after) }];
}

function nameOf({ of, what }: CostLine): string {
  return `${of}: ${what}`;
}

function valueOf(line: CostLine): string {
  return line.basis === "usage" ? usageLineText(line) : amountText(line.amount);
}

function written(rows: readonly Row[]): string[] {
  const width = Math.max(0, ...rows.map(({ name }) => name.length));
  return rows.map(({ sign, name, value }) =>
    styleText(COLORS[sign], `  ${sign} ${name.padEnd(width)}  ${value}`),
  );
}
