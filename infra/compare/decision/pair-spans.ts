import { crossingOf, isOn, valueOn, type Line } from "./line.ts";

/** Who of two is surely cheaper over a span of volumes; both its ends belong to it. */
export interface PairSpan {
  readonly from: number;
  readonly to: number;
  /** `neither`: they cost the same; `open`: their ranges overlap, or one of them is unknown. */
  readonly cheaper: "one" | "other" | "neither" | "open";
}

/** What something costs at a volume: between `low` and `high`; unknown, it has no `high`. */
export interface CostRange {
  readonly low: number;
  readonly high?: number;
}

/** Never less for more. */
export type RisingCost = (volume: number) => CostRange;

/**
 * Who is cheaper at each volume, by halving the volumes where that is not decided yet. Since neither cost ever falls,
 * its ends decide a span wherever the two are apart, or overlap, throughout; where both are straight lines, where they
 * cross does.
 */
export function spansOf(one: RisingCost, other: RisingCost, starts: readonly number[]): readonly PairSpan[] {
  const spans: PairSpan[] = [];
  const pair: Pair = { one, other, halvings: 0 };
  for (const [index, from] of starts.slice(0, -1).entries())
    halve({ from, to: starts[index + 1] ?? from }, pair, spans);
  return spans;
}

interface Pair {
  readonly one: RisingCost;
  readonly other: RisingCost;
  halvings: number;
}

interface Cell {
  readonly from: number;
  readonly to: number;
}

/** More are made only where two bills with thousands of steps run along each other. */
const HALVINGS = 1_000;
/** There, spans end to so much of the volume, and not to the message. */
const COARSE = 0.005;

function halve(cell: Cell, pair: Pair, spans: PairSpan[]): void {
  const { from, to } = cell;
  const cheaper = decided(cell, pair);
  if (cheaper !== undefined) return extend(spans, { from, to, cheaper });
  const isFine = to - from <= 1 || (pair.halvings > HALVINGS && to - from <= from * COARSE);
  if (isFine) {
    const middle = Math.floor((from + to) / 2);
    extend(spans, { from, to: middle, cheaper: cheaperAt(pair, from) });
    return extend(spans, { from: middle, to, cheaper: cheaperAt(pair, to) });
  }
  const lines = linesOf(cell, pair);
  if (lines !== undefined) return alongLines(cell, lines, spans);
  pair.halvings += 1;
  const middle = Math.floor((from + to) / 2);
  halve({ from, to: middle }, pair, spans);
  halve({ from: middle, to }, pair, spans);
}

/** @returns undefined where the ends do not decide it */
function decided({ from, to }: Cell, { one, other }: Pair): PairSpan["cheaper"] | undefined {
  const [oneFrom, oneTo, otherFrom, otherTo] = [one(from), one(to), other(from), other(to)];
  if (isLess(oneTo.high, otherFrom.low)) return "one";
  if (isLess(otherTo.high, oneFrom.low)) return "other";
  if (isLess(oneFrom.high, otherTo.low) || isLess(otherFrom.high, oneTo.low)) return undefined;
  const isRange =
    isLess(oneTo.low, oneFrom.high ?? Infinity) || isLess(otherTo.low, otherFrom.high ?? Infinity);
  if (isRange) return "open";
  return isExact(oneFrom) &&
    isExact(oneTo) &&
    isExact(otherFrom) &&
    isExact(otherTo) &&
    !isLess(oneFrom.low, oneTo.low)
    ? "neither"
    : undefined;
}

function cheaperAt({ one, other }: Pick<Pair, "one" | "other">, at: number): PairSpan["cheaper"] {
  return compared(one(at), other(at));
}

function compared(one: CostRange, other: CostRange): PairSpan["cheaper"] {
  if (isLess(one.high, other.low)) return "one";
  if (isLess(other.high, one.low)) return "other";
  return isExact(one) && isExact(other) ? "neither" : "open";
}

/** Less is rounding, in USD. */
const ROUNDING = 1e-8;

function isLess(one: number | undefined, other: number): boolean {
  return one !== undefined && one < other - ROUNDING;
}

function isExact({ low, high }: CostRange): boolean {
  return high !== undefined && !isLess(low, high);
}

interface Lines {
  readonly low: Line;
  readonly high: Line | undefined;
}

/** At no regular distance, so that steps of equal width do not look straight. */
const PROBES = [0.5, 0.236, 0.764, 0.0557, 0.9443];

/** @returns undefined unless both are straight */
function linesOf(
  cell: Cell,
  { one, other }: Pair,
): { readonly one: Lines; readonly other: Lines } | undefined {
  const lines = { one: linesBetween(one, cell), other: linesBetween(other, cell) };
  const isStraight = PROBES.every((share) => {
    const at = Math.floor(cell.from + share * (cell.to - cell.from));
    return areOn(lines.one, at, one(at)) && areOn(lines.other, at, other(at));
  });
  return isStraight ? lines : undefined;
}

function linesBetween(cost: RisingCost, { from, to }: Cell): Lines {
  const [first, last] = [cost(from), cost(to)];
  return {
    low: { from, to, atFrom: first.low, atTo: last.low },
    high:
      first.high === undefined || last.high === undefined
        ? undefined
        : { from, to, atFrom: first.high, atTo: last.high },
  };
}

function areOn({ low, high }: Lines, at: number, cost: CostRange): boolean {
  if (!isOn(low, at, cost.low)) return false;
  return high === undefined ? cost.high === undefined : cost.high !== undefined && isOn(high, at, cost.high);
}

/** Each pair of lines crosses once at the most; around that, whole volumes are asked one by one. */
function alongLines(
  { from, to }: Cell,
  { one, other }: { one: Lines; other: Lines },
  spans: PairSpan[],
): void {
  const at = (volume: number): PairSpan["cheaper"] => compared(onLines(one, volume), onLines(other, volume));
  const turns = [turnOf(one.high, other.low), turnOf(other.high, one.low)].flatMap((turn) =>
    turn === undefined ? [] : [Math.floor(turn), Math.ceil(turn)],
  );
  const stops = [...new Set([from, ...turns, to])].toSorted((low, high) => low - high);
  for (const [index, stop] of stops.entries()) {
    extend(spans, { from: stop, to: stop, cheaper: at(stop) });
    const next = stops[index + 1] ?? stop;
    if (next - stop > 1)
      extend(spans, { from: stop + 1, to: next - 1, cheaper: at(Math.floor((stop + next) / 2)) });
  }
}

function turnOf(high: Line | undefined, low: Line): number | undefined {
  return high === undefined ? undefined : crossingOf(high, low, ROUNDING);
}

function onLines({ low, high }: Lines, at: number): CostRange {
  return { low: valueOn(low, at), ...(high === undefined ? {} : { high: valueOn(high, at) }) };
}

/** Cells touch: the last volume of one may come again as the first of the next. */
function extend(spans: PairSpan[], span: PairSpan): void {
  const before = spans.at(-1);
  if (before !== undefined && span.from <= before.to) {
    if (span.to > before.to) extend(spans, { ...span, from: before.to + 1 });
  } else if (before !== undefined && before.cheaper === span.cheaper) {
    spans[spans.length - 1] = { ...before, to: span.to };
  } else spans.push(span);
}
