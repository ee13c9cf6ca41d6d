import { isDeepStrictEqual } from "node:util";
import type { Amount } from "../compare/amount.ts";
import type { Cost, CostLine } from "../compare/cost/cost.ts";
import type { Range } from "../compare/estimate.ts";
import type { StackCost } from "./stack-cost.ts";

/** What a change does to the bill, by the same prices before and after. */
export interface CostChange {
  /** Only what differs. */
  readonly lines: readonly LineChange[];
  readonly baseline: AmountChange;
  readonly usage: AmountChange;
}

/** A line of the bill that goes, comes or is another one. */
export interface LineChange {
  readonly before?: CostLine;
  readonly after?: CostLine;
}

export interface AmountChange {
  /** Undefined where nothing is deployed. */
  readonly before?: Amount;
  readonly after: Amount;
  /** End against end: both are counted by the same prices. Undefined where it is unknown. */
  readonly difference?: Range;
}

type Priced = StackCost & { readonly kind: "priced" };

/**
 * Line by line. What is unknown in both and the same in both makes no difference, so that the difference is known.
 * @param before undefined where nothing is deployed
 */
export function costChange(before: Priced | undefined, { cost: after }: Priced): CostChange {
  const lines = changedLines(before?.cost.lines ?? [], after.lines);
  return {
    lines,
    baseline: amountChange(before?.cost, after, "baseline", sumOf(lines, "baseline")),
    usage: amountChange(before?.cost, after, "usage", usageDifference(before?.cost, after, lines)),
  };
}

function amountChange(
  before: Cost | undefined,
  after: Cost,
  basis: CostLine["basis"],
  difference: Range | undefined,
): AmountChange {
  return {
    ...(before === undefined ? {} : { before: before[basis] }),
    after: after[basis],
    ...(difference === undefined ? {} : { difference }),
  };
}

function changedLines(before: readonly CostLine[], after: readonly CostLine[]): LineChange[] {
  const [old, fresh] = [byName(before), byName(after)];
  const names = [...new Set([...old.keys(), ...fresh.keys()])];
  const changes = names.flatMap((name): LineChange[] => {
    const [one, other] = [old.get(name), fresh.get(name)];
    if (isDeepStrictEqual(one, other)) return [];
    return [
      { ...(one === undefined ? {} : { before: one }), ...(other === undefined ? {} : { after: other }) },
    ];
  });
  // What goes and what comes in its place stand together.
  return [...Map.groupBy(changes, (change) => (change.before ?? change.after)?.of).values()].flat();
}

/** By whose they are and what they are; several of that are told apart by their order. */
function byName(lines: readonly CostLine[]): Map<string, CostLine> {
  const named = new Map<string, CostLine>();
  for (const line of lines) {
    const name = JSON.stringify([line.of, line.what]);
    let unique = name;
    for (let count = 2; named.has(unique); count += 1) unique = `${name} ${count}`;
    named.set(unique, line);
  }
  return named;
}

/** Undefined when one of them is unknown. */
function sumOf(lines: readonly LineChange[], basis: CostLine["basis"]): Range | undefined {
  const of = (line: CostLine | undefined): Range | undefined => {
    if (line === undefined || line.basis !== basis) return { low: 0, high: 0 };
    return line.amount.kind === "known" ? line.amount : undefined;
  };
  let sum = { low: 0, high: 0 };
  for (const { before, after } of lines) {
    const [one, other] = [of(before), of(after)];
    if (one === undefined || other === undefined) return undefined;
    sum = { low: sum.low + other.low - one.low, high: sum.high + other.high - one.high };
  }
  return inOrder(sum);
}

/** What is paid from a fee is in no sum line by line, so that the sums are compared, where they are known. */
function usageDifference(
  before: Cost | undefined,
  after: Cost,
  lines: readonly LineChange[],
): Range | undefined {
  const isPaidFrom = lines.some((line) => (line.before ?? line.after)?.paidFrom !== undefined);
  if (!isPaidFrom) return sumOf(lines, "usage");
  const one = before?.usage ?? { kind: "known", low: 0, high: 0 };
  if (one.kind === "unknown" || after.usage.kind === "unknown") return undefined;
  return inOrder({ low: after.usage.low - one.low, high: after.usage.high - one.high });
}

function inOrder({ low, high }: Range): Range {
  return { low: Math.min(low, high), high: Math.max(low, high) };
}
