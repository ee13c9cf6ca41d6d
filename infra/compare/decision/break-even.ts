import type { Amount } from "../amount.ts";
import { lowestOf } from "../estimate.ts";
import { spansOf, type CostRange, type PairSpan } from "./pair-spans.ts";

/** What a target costs in a month of so many messages: never less for more of them. */
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

interface PairBreakEven {
  readonly one: string;
  readonly other: string;
  /** Rising, without a gap. */
  readonly spans: readonly PairSpan[];
  /** Why what one of them costs is not known, if it is not. */
  readonly because: readonly string[];
}

interface CheapestSpan {
  readonly from: number;
  readonly to: number;
  readonly targets: readonly string[];
}

/** For a chart with a logarithmic scale of messages. */
interface CostSeries {
  readonly target: string;
  readonly points: readonly CostPoint[];
}

interface CostPoint extends CostRange {
  readonly messages: number;
}

export interface Volumes {
  readonly from: number;
  readonly to: number;
}

/** From one message a month to what would be 38 every second. */
const USUAL_VOLUMES: Volumes = { from: 1, to: 100_000_000 };

/** Where, to the message, another one becomes the cheaper of each two. */
export function breakEvensOf(
  targets: readonly string[],
  cost: CostAt,
  { from, to }: Volumes = USUAL_VOLUMES,
): BreakEvens {
  const starts = startsOf(from, to);
  const curves = targets.map((target) => curveOf(target, cost, starts));
  const pairs = curves.flatMap((one, index) =>
    curves.slice(index + 1).map((other) => pairOf(one, other, starts)),
  );
  return {
    from,
    to,
    pairs,
    cheapest: cheapestOf(targets, pairs),
    series: curves.map(({ target, at }) => ({
      target,
      points: chartVolumes(from, to).map((messages) => Object.assign({ messages }, at(messages))),
    })),
  };
}

interface Curve {
  readonly target: string;
  readonly at: (messages: number) => CostRange;
  readonly because: readonly string[];
}

function curveOf(target: string, cost: CostAt, starts: readonly number[]): Curve {
  const seen = new Map<number, CostRange>();
  const because = new Set<string>();
  const at = (messages: number): CostRange => {
    const before = seen.get(messages);
    if (before !== undefined) return before;
    const amount = cost(target, messages);
    const range = { low: lowestOf(amount), ...(amount.kind === "known" ? { high: amount.high } : {}) };
    if (amount.kind === "unknown") for (const reason of amount.because) because.add(reason);
    seen.set(messages, range);
    return range;
  };
  for (const start of starts) at(start);
  return { target, at, because: [...because] };
}

function pairOf(one: Curve, other: Curve, starts: readonly number[]): PairBreakEven {
  const because = [...new Set([...one.because, ...other.because])];
  return { one: one.target, other: other.target, because, spans: spansOf(one.at, other.at, starts) };
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

function rising(numbers: readonly number[], least = -Infinity, most = Infinity): number[] {
  return [...new Set(numbers)]
    .filter((each) => each >= least && each <= most)
    .toSorted((one, other) => one - other);
}
