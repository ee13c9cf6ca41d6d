import { quantileOf } from "../compare/capacity/quantiles.ts";
import { known, unknown, type Estimate } from "../compare/estimate.ts";

/** What became of a message; times are in ms from the beginning of the load. As the simulator tells it. */
export interface Observation {
  readonly dueMs: number;
  readonly writtenMs: number;
  /** The AI was first asked with it. */
  readonly askedMs?: number;
  /** The AI last answered it. */
  readonly thoughtMs?: number;
  /** The customer first saw an answer to it. */
  readonly seenMs?: number;
  /** How often they saw one. */
  readonly times: number;
  /** They saw a fallback message after it. */
  readonly fallback: boolean;
}

/** What became of a whole load, as the simulator tells it. */
export interface LoadReport {
  readonly observations: readonly Observation[];
  readonly holdingMessages: number;
  readonly undecryptable: number;
  readonly nacks: number;
}

/** In ms. */
export interface Quantiles {
  readonly p50: Estimate;
  readonly p95: Estimate;
  readonly p99: Estimate;
}

/** Where the reply time of a message went. */
interface Split {
  /** While the answer to what the same customer wrote before was still to come: one turn follows the other. */
  readonly behind: Quantiles;
  /** From there until the AI was asked. */
  readonly queue: Quantiles;
  /** While the AI thought. */
  readonly ai: Quantiles;
  /** From there until the answer was seen. */
  readonly send: Quantiles;
}

/** What a load says of whoever answered it. */
export interface Measurement {
  readonly messages: number;
  readonly answered: number;
  /** Their customers saw a fallback message in place of an answer. */
  readonly failed: number;
  /** Their customers saw nothing. */
  readonly lost: number;
  readonly seenTwice: number;
  readonly undecryptable: number;
  readonly nacks: number;
  readonly holdingMessages: number;
  readonly offeredPerSecond: Estimate;
  /** From the first message due to the last answer seen. */
  readonly answeredPerSecond: Estimate;
  /** From when a message was due to when its answer was seen. */
  readonly reply: Quantiles;
  readonly split: Split;
  /** How late the customers of the simulator wrote: what it adds is not the deployment's. */
  readonly writtenLate: Quantiles;
}

/**
 * @param conversations whose each message is
 * @param patienceMs how long answers were waited for after the last message
 */
export function measurementOf(
  report: LoadReport,
  conversations: readonly number[],
  patienceMs: number,
): Measurement {
  const { observations, holdingMessages, undecryptable, nacks } = report;
  const turns = turnsOf(observations, conversations);
  const seen = observations.filter(({ seenMs }) => seenMs !== undefined);
  const failed = observations.filter(({ seenMs, fallback }) => seenMs === undefined && fallback);
  const beganMs = observations[0]?.dueMs ?? 0;
  const lastDueMs = observations.at(-1)?.dueMs ?? 0;
  const lastSeenMs = Math.max(...seen.map(({ seenMs }) => seenMs ?? 0));
  return {
    messages: observations.length,
    answered: seen.length,
    failed: failed.length,
    lost: observations.length - seen.length - failed.length,
    seenTwice: observations.filter(({ times }) => times > 1).length,
    ...{ undecryptable, nacks, holdingMessages },
    offeredPerSecond: rate(observations.length, lastDueMs - beganMs),
    answeredPerSecond: seen.length === 0 ? known(0) : rate(seen.length, lastSeenMs - beganMs),
    reply: quantiles(observations, ({ dueMs, seenMs }) => between(dueMs, seenMs), patienceMs),
    split: {
      behind: quantiles(turns, ({ dueMs, freeMs }) => between(dueMs, freeMs), patienceMs),
      queue: quantiles(turns, ({ freeMs, askedMs }) => between(freeMs, askedMs), 0),
      ai: quantiles(turns, ({ askedMs, thoughtMs }) => between(askedMs, thoughtMs), 0),
      send: quantiles(turns, ({ thoughtMs, seenMs }) => between(thoughtMs, seenMs), 0),
    },
    writtenLate: quantiles(observations, ({ dueMs, writtenMs }) => between(dueMs, writtenMs), 0),
  };
}

interface Turn extends Observation {
  /** When it could be answered: it was due, and what the customer wrote before was answered. */
  readonly freeMs: number | undefined;
}

/** A message that came before the answer to an earlier one waits for it, unless both were asked about at once. */
function turnsOf(observations: readonly Observation[], conversations: readonly number[]): Turn[] {
  const earlier = new Map<number, Observation[]>();
  return observations.map((observation, index) => {
    const conversation = conversations[index] ?? index;
    const others = earlier.get(conversation) ?? [];
    earlier.set(conversation, [...others, observation]);
    const { dueMs, askedMs } = observation;
    if (askedMs === undefined) return { ...observation, freeMs: others.length === 0 ? dueMs : undefined };
    const before = others.flatMap((one) =>
      one.seenMs !== undefined && one.askedMs !== undefined && one.askedMs < askedMs ? [one.seenMs] : [],
    );
    // What was seen later than the AI was asked had been sent before.
    return { ...observation, freeMs: Math.min(askedMs, Math.max(dueMs, ...before)) };
  });
}

function between(fromMs: number | undefined, toMs: number | undefined): number | undefined {
  return fromMs === undefined || toMs === undefined ? undefined : Math.max(0, toMs - fromMs);
}

function rate(count: number, milliseconds: number): Estimate {
  return milliseconds > 0 ? known(count / (milliseconds / 1_000)) : unknown("all was due at once");
}

/**
 * By nearest rank of all messages, kept one by one: a load has thousands, so that a histogram's buckets would save
 * nothing and round. What never came is the slowest of all: left out, losing messages would look fast.
 */
function quantiles<Kind extends Observation>(
  observations: readonly Kind[],
  timeOf: (observation: Kind) => number | undefined,
  leastMs: number,
): Quantiles {
  const times = Float64Array.from(observations, (one) => timeOf(one) ?? Number.POSITIVE_INFINITY);
  const sorted = times.toSorted();
  const missing = times.filter((time) => time === Number.POSITIVE_INFINITY).length;
  const at = (share: number): Estimate => {
    if (sorted.length === 0) return unknown("nothing was written");
    const time = quantileOf(sorted, share);
    return Number.isFinite(time)
      ? known(time)
      : unknown(`${missing} of ${sorted.length} messages got no answer`, leastMs);
  };
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
