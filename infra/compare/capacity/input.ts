import type { AiLatency } from "./ai-latency.ts";

/** What is simulated: the worker as it is built, in numbers. Times are in ms unless told. */
export interface CapacityInput {
  readonly arrivals: Arrivals;
  /** Processes that hold sessions, each with a queue of its own. */
  readonly processes: number;
  /** Turns that one process thinks at once: OXY_CONCURRENCY. */
  readonly concurrency: number;
  readonly ai: AiLatency;
  /** OXY_AI_TIMEOUT_MS, OXY_AI_ATTEMPTS, OXY_AI_BACKOFF_MS. */
  readonly attempt: {
    readonly timeoutMs: number;
    readonly attempts: number;
    readonly backoffMs: number;
  };
  /** OXY_REPLY_OBJECTIVE_MS: past it the holding message goes out. */
  readonly objectiveMs: number;
  /** From a process to its store and back. */
  readonly storeRttMs: number;
  readonly trips: RoundTrips;
  /** From a process to WhatsApp and back. */
  readonly whatsappRttMs: number;
  /** What a process computes for a message, and which share of a processor it has; it uses one at the most. */
  readonly processor?: { readonly msPerMessage: number; readonly share: number };
  /** Turns that the fleet begins per second, with so many in reserve. The worker has no such limit of its own. */
  readonly limit?: { readonly perSecond: number; readonly burst: number };
  /** Between two answers of one number, at least. The worker has no such pause of its own. */
  readonly pacingMs?: number;
  /** The same seed makes the same result. */
  readonly seed: number;
}

/** Who writes, and when. */
export interface Arrivals {
  readonly perSecond: number;
  /** Relative weights of equally long parts of `durationMs`, such as the 24 hours of a day; even unless told. */
  readonly curve?: readonly number[];
  readonly durationMs: number;
  /** Not counted in the result, from the beginning: the system starts empty. */
  readonly warmUpMs?: number;
  /** On top of the rest. */
  readonly bursts?: readonly Burst[];
  /** WhatsApp numbers that are written to. Each belongs to one process. */
  readonly sessions: number;
  /** Customers, evenly over the numbers; without a number, everybody who begins to write is a new one. */
  readonly conversations?: number;
  /** Of the messages, those that a customer adds to what they just wrote, after so long on average. */
  readonly followUps?: { readonly share: number; readonly afterMs: number };
}

/** Messages that arrive evenly within a time, such as answers to a campaign. */
interface Burst {
  readonly atMs: number;
  readonly messages: number;
  readonly withinMs: number;
}

/**
 * Round trips to the store, one after the other, by the step of the message path that waits for them. Half a one is a
 * way without the way back.
 */
export interface RoundTrips {
  /** Text and ratchet step are stored; the next message of the same number waits for it. */
  readonly receive: number;
  /** The wake-up reaches the store. */
  readonly wake: number;
  /** An idle process hears of it. */
  readonly notice: number;
  /** The job is taken; a process takes one after the other. */
  readonly fetch: number;
  readonly begin: number;
  readonly commit: number;
  /** The part is marked as sent, and the ratchet's steps for the customer's and the owner's phone are stored. */
  readonly send: number;
  /** The job is done, and the next one comes along; nobody waits for it but that one. */
  readonly finish: number;
  /** The server's ack is recorded; the next turn of the conversation waits for it. */
  readonly acknowledge: number;
}

/**
 * As the worker is built: 4 until the AI is asked, 4 from its answer to the customer's. Measured on 2026-11-25 by
 * `npm run bench -- simulation --worker`, which takes the store 100 ms away.
 */
export const WORKER_TRIPS: RoundTrips = {
  receive: 1,
  wake: 0.5,
  notice: 0.5,
  fetch: 1,
  begin: 1,
  commit: 1,
  send: 3,
  finish: 1,
  acknowledge: 1,
};

/** @throws RangeError for an input that cannot be; arrivals, AI and limit say so themselves */
export function requireSoundInput({
  processes,
  concurrency,
  storeRttMs,
  whatsappRttMs,
  attempt,
}: CapacityInput): void {
  for (const [name, count] of Object.entries({ processes, concurrency, attempts: attempt.attempts }))
    if (!(Number.isInteger(count) && count > 0))
      throw new RangeError(`${name}: expected an integer from 1 on, got ${count}`);
  for (const [name, ms] of Object.entries({ storeRttMs, whatsappRttMs, ...attempt }))
    if (!(ms >= 0 && Number.isFinite(ms)))
      throw new RangeError(`${name}: expected a finite number from 0 on, got ${ms}`);
}
