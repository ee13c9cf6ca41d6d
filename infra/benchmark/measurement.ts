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
  /** Where that went: until the AI was asked, while it thought, until the answer was seen. */
  readonly split: { readonly wait: Quantiles; readonly ai: Quantiles; readonly send: Quantiles };
  /** How late the customers of the simulator wrote: what it adds is not the deployment's. */
  readonly writtenLate: Quantiles;
}

/** @param patienceMs how long answers were waited for after the last message */
export function measurementOf(report: LoadReport, patienceMs: number): Measurement {
  const { observations, holdingMessages, undecryptable, nacks } = report;
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
      wait: quantiles(observations, ({ dueMs, askedMs }) => between(dueMs, askedMs), patienceMs),
      ai: quantiles(observations, ({ askedMs, thoughtMs }) => between(askedMs, thoughtMs), 0),
      send: quantiles(observations, ({ thoughtMs, seenMs }) => between(thoughtMs, seenMs), 0),
    },
    writtenLate: quantiles(observations, ({ dueMs, writtenMs }) => between(dueMs, writtenMs), 0),
  };
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
function quantiles(
  observations: readonly Observation[],
  timeOf: (observation: Observation) => number | undefined,
  leastMs: number,
): Quantiles {
  const sorted = observations
    .map((one) => timeOf(one) ?? Number.POSITIVE_INFINITY)
    .toSorted((one, other) => one - other);
  const missing = sorted.filter((time) => time === Number.POSITIVE_INFINITY).length;
  const at = (share: number): Estimate => {
    const time = sorted[Math.ceil(share * sorted.length) - 1];
    if (time === undefined) return unknown("nothing was written");
    return Number.isFinite(time)
      ? known(time)
      : unknown(`${missing} of ${sorted.length} messages got no answer`, leastMs);
  };
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
