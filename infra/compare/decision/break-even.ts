import type { Amount } from "../amount.ts";
import { lowestOf } from "../estimate.ts";
import { piecesOf, valueIn, type Piece } from "./piecewise.ts";

/** What a target costs in a month of so many messages. */
export type CostAt = (target: string, messages: number) => Amount;

/** At which volumes the ranking by cost changes. */
export interface BreakEvens {
  /** Messages a month, whole numbers; both ends of each span belong to it. */
  readonly from: number;
  readonly to: number;
  /** Each target with each other one. */
  readonly pairs: readonly PairBreakEven[];
  /** Who may be the cheapest: one alone surely is. */
  readonly cheapest: readonly CheapestSpan[];
  readonly series: readonly CostSeries[];
}

export interface PairBreakEven {
  readonly one: string;
  readonly other: string;
  /** Rising, without a gap. */
  readonly spans: readonly PairSpan[];
  /** Why what one of them costs is not known, if it is not. */
  readonly because: readonly string[];
}

export interface PairSpan {
  readonly from: number;
  readonly to: number;
  /** Who is surely cheaper; `open`: their ranges overlap, or one of them is unknown. */
  readonly cheaper: "one" | "other" | "neither" | "open";
}

export interface CheapestSpan {
  readonly from: number;
  readonly to: number;
  readonly targets: readonly string[];
}

/** For a chart with a logarithmic scale of messages. */
export interface CostSeries {
  readonly target: string;
  readonly points: readonly CostPoint[];
}

export interface CostPoint {
  readonly messages: number;
  readonly low: number;
  /** Without it nobody knows how much more it is than `low`. */
  readonly high?: number;
}

export interface Volumes {
  readonly from: number;
  readonly to: number;
}

/** From one message a month to what would be 38 every second. */
export const USUAL_VOLUMES: Volumes = { from: 1, to: 100_000_000 };

/** Where, to the message, another one becomes the cheaper of each two. */
export function breakEvensOf(
  targets: readonly string[],
  cost: CostAt,
  { from, to }: Volumes = USUAL_VOLUMES,
): BreakEvens {
  const starts = startsOf(from, to);
  const curves = targets.map((target) => curveOf(target, cost, starts));
  const pairs = curves.flatMap((one, index) => curves.slice(index + 1).map((other) => pairOf(one, other)));
  return {
    from,
    to,
    pairs,
    cheapest: cheapestOf(targets, pairs),
    series: curves.map(({ target, at }) => ({ target, points: chartVolumes(from, to).map(at) })),
  };
}

interface Curve {
  readonly target: string;
  readonly at: (messages: number) => CostPoint;
  readonly low: readonly Piece[];
  /** None where it is unknown. */
  readonly high: readonly Piece[] | undefined;
  readonly because: readonly string[];
}

function curveOf(target: string, cost: CostAt, starts: readonly number[]): Curve {
  const seen = new Map<number, Amount>();
  const amountAt = (messages: number): Amount => {
    const amount = seen.get(messages) ?? cost(target, messages);
    seen.set(messages, amount);
    return amount;
  };
  const unknown = starts.map(amountAt).find((amount) => amount.kind === "unknown");
  const highAt = (messages: number): number => {
    const amount = amountAt(messages);
    return amount.kind === "known" ? amount.high : amount.atLeast;
  };
  return {
    target,
    at: (messages) => {
      const amount = amountAt(messages);
      return {
        messages,
        low: lowestOf(amount),
        ...(amount.kind === "known" ? { high: amount.high } : {}),
      };
    },
    low: piecesOf((messages) => lowestOf(amountAt(messages)), starts),
    high: unknown === undefined ? piecesOf(highAt, starts) : undefined,
    because: unknown?.kind === "unknown" ? unknown.because : [],
  };
}

function pairOf(one: Curve, other: Curve): PairBreakEven {
  const because = [...new Set([...one.because, ...other.because])];
  return { one: one.target, other: other.target, because, spans: spansOf(one, other) };
}

/** Between two ends of any part all four lines are straight: there each pair of them crosses once at the most. */
function spansOf(one: Curve, other: Curve): readonly PairSpan[] {
  const ends = endsOf([one.low, one.high ?? [], other.low, other.high ?? []]);
  const spans: PairSpan[] = [];
  for (const [index, from] of ends.slice(0, -1).entries()) {
    const to = ends[index + 1] ?? from;
    const lines = {
      one: { low: lineOf(one.low, from, to), high: one.high && lineOf(one.high, from, to) },
      other: { low: lineOf(other.low, from, to), high: other.high && lineOf(other.high, from, to) },
    };
    const verdict = (at: number): PairSpan["cheaper"] => cheaperAt(lines, at);
    const turns = [
      ...crossingOf(lines.one.high, lines.other.low),
      ...crossingOf(lines.other.high, lines.one.low),
    ];
    const stops = rising([from, ...turns.flatMap((at) => [Math.floor(at), Math.ceil(at)]), to], from, to);
    for (const [place, stop] of stops.entries()) {
      extend(spans, { from: stop, to: stop, cheaper: verdict(stop) });
      const next = stops[place + 1] ?? stop;
      if (next - stop > 1)
        extend(spans, { from: stop + 1, to: next - 1, cheaper: verdict(Math.floor((stop + next) / 2)) });
    }
  }
  return spans;
}

interface Lines {
  readonly low: Piece;
  readonly high: Piece | undefined;
}

function cheaperAt({ one, other }: { one: Lines; other: Lines }, at: number): PairSpan["cheaper"] {
  const low = { one: valueIn(one.low, at), other: valueIn(other.low, at) };
  const high = { one: one.high && valueIn(one.high, at), other: other.high && valueIn(other.high, at) };
  if (high.one !== undefined && isLess(high.one, low.other)) return "one";
  if (high.other !== undefined && isLess(high.other, low.one)) return "other";
  const isExact = high.one !== undefined && high.other !== undefined && !isLess(low.one, high.one);
  return isExact &&
    !isLess(low.other, high.other ?? 0) &&
    !isLess(low.other, low.one) &&
    !isLess(low.one, low.other)
    ? "neither"
    : "open";
}

/** Less is rounding. */
const ROUNDING = 1e-8;

function isLess(one: number, other: number): boolean {
  return one < other - ROUNDING;
}

/** Where one line is less than the other by as much as counts, if that begins or ends between their ends. */
function crossingOf(one: Piece | undefined, other: Piece): number[] {
  if (one === undefined) return [];
  const before = one.atFrom - other.atFrom + ROUNDING;
  const after = one.atTo - other.atTo + ROUNDING;
  if (before === after || before * after > 0) return [];
  return [one.from + ((one.to - one.from) * before) / (before - after)];
}

/** What of a line there is between two places that are within one of its parts. */
function lineOf(pieces: readonly Piece[], from: number, to: number): Piece {
  const piece = pieces.find((each) => each.from <= from && to <= each.to);
  if (piece === undefined) throw new RangeError(`no part of the line is from ${from} to ${to}`);
  return { from, to, atFrom: valueIn(piece, from), atTo: valueIn(piece, to) };
}

function endsOf(lines: readonly (readonly Piece[])[]): number[] {
  return rising(lines.flat().flatMap(({ from, to }) => [from, to]));
}

function rising(numbers: readonly number[], least = -Infinity, most = Infinity): number[] {
  return [...new Set(numbers)]
    .filter((each) => each >= least && each <= most)
    .toSorted((one, other) => one - other);
}

/** Parts touch: the last number of one may come again as the first of the next. */
function extend(spans: PairSpan[], span: PairSpan): void {
  const before = spans.at(-1);
  if (before !== undefined && span.from <= before.to) {
    if (span.to <= before.to) return;
    extend(spans, { ...span, from: before.to + 1 });
  } else if (before !== undefined && before.cheaper === span.cheaper) {
    spans[spans.length - 1] = { ...before, to: span.to };
  } else spans.push(span);
}

function cheapestOf(targets: readonly string[], pairs: readonly PairBreakEven[]): CheapestSpan[] {
  const ends = rising(pairs.flatMap(({ spans }) => spans.map(({ from }) => from)));
  const last = pairs[0]?.spans.at(-1)?.to;
  const found: CheapestSpan[] = [];
  for (const [index, from] of ends.entries()) {
    const beaten = new Set(pairs.flatMap((pair) => loserAt(pair, from)));
    const to = (ends[index + 1] ?? (last ?? from) + 1) - 1;
    const span = { from, to, targets: targets.filter((target) => !beaten.has(target)) };
    const before = found.at(-1);
    if (before !== undefined && before.targets.join("\n") === span.targets.join("\n"))
      found[found.length - 1] = { ...before, to };
    else found.push(span);
  }
  return found;
}

function loserAt({ one, other, spans }: PairBreakEven, at: number): string[] {
  const cheaper = spans.find((span) => span.from <= at && at <= span.to)?.cheaper;
  if (cheaper === "one") return [other];
  return cheaper === "other" ? [one] : [];
}

const PER_DECADE = 12;

/** The ends, and the powers of ten between them. */
function startsOf(from: number, to: number): number[] {
  const powers = Array.from({ length: Math.ceil(Math.log10(to)) + 1 }, (_, power) => 10 ** power);
  return rising([from, ...powers, to], from, to);
}

function chartVolumes(from: number, to: number): number[] {
  const first = Math.max(1, from);
  const steps = Math.max(1, Math.ceil(Math.log10(to / first) * PER_DECADE));
  return rising(
    Array.from({ length: steps + 1 }, (_, step) => Math.round(first * (to / first) ** (step / steps))),
  );
}
