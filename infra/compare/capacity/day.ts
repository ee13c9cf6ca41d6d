import { lowestOf, reasonsOf, unknown, type Estimate } from "../estimate.ts";
import type { CapacityInput } from "./input.ts";
import { peakOf, type Pattern } from "./pattern.ts";
import type { CapacityResult } from "./result.ts";
import { saturationOf } from "./saturation.ts";
import { simulated } from "./remembered.ts";

/** So many messages are simulated: a day, or less of a busy one. */
const MESSAGES = 6_000;
const DAY_MS = 86_400_000;
/** Of a time with a burst, what lies before it, for it to come into full swing. */
const BEFORE_BURST = 0.1;
const AROUND_BURST_MS = 600_000;

export const OVERLOADED =
  "at the busiest hour more arrives than it can answer, and those that wait become ever more";

/** A day by its curve; of a busy day so much of its busiest hour as is affordable. @param perSecond on average */
export function simulateDay(input: CapacityInput, perSecond: number, pattern: Pattern): CapacityResult {
  const { arrivals } = input;
  const { curve, followUps } = pattern;
  const day = { ...arrivals, perSecond, curve, followUps, durationMs: DAY_MS };
  if ((perSecond * DAY_MS) / 1_000 <= MESSAGES) return simulated({ ...input, arrivals: day });
  const busiest = perSecond * peakOf(pattern);
  const durationMs = (MESSAGES / busiest) * 1_000;
  return simulated({
    ...input,
    arrivals: { ...arrivals, perSecond: busiest, followUps, durationMs, warmUpMs: durationMs / 6 },
  });
}

/** What a burst leaves behind. */
export interface BurstSeen {
  /** Messages without a turn, at the most. */
  readonly waiting: Estimate;
  /** From its end until nobody waits for a slot. */
  readonly goneAfterSeconds: Estimate;
}

/** A burst at the busiest hour. @param busiest messages per second around it */
export function simulateBurst(input: CapacityInput, busiest: number, { burst }: Pattern): BurstSeen {
  if (isOverloaded(input, busiest))
    return { waiting: unknown(OVERLOADED, burst.messages), goneAfterSeconds: unknown(OVERLOADED) };
  const durationMs = Math.min(AROUND_BURST_MS, (MESSAGES / busiest) * 1_000);
  const { backlog } = simulated({
    ...input,
    arrivals: {
      ...input.arrivals,
      perSecond: busiest,
      durationMs,
      bursts: [{ atMs: durationMs * BEFORE_BURST, ...burst }],
    },
  });
  const [seen] = backlog.bursts;
  const seenAs = (value: number | undefined): Estimate =>
    value === undefined ? unknown("it was not seen to end") : estimateOf(value);
  return { waiting: seenAs(seen?.most), goneAfterSeconds: seenAs(seen?.goneAfterSeconds) };
}

export function isOverloaded(input: CapacityInput, perSecond: number): boolean {
  return perSecond >= saturationOf(input).perSecond;
}

/** Between two ends that were simulated; chance may have put the worse one a little below. */
export function between(one: Estimate | number, other: Estimate | number): Estimate {
  const [low, high] = [estimateOf(one), estimateOf(other)];
  if (low.kind === "known" && high.kind === "known")
    return { kind: "known", low: Math.min(low.low, high.low), high: Math.max(low.high, high.high) };
  return unknown(reasonsOf(low, high), Math.min(lowestOf(low), lowestOf(high)));
}

function estimateOf(end: Estimate | number): Estimate {
  return typeof end === "number" ? { kind: "known", low: end, high: end } : end;
}
