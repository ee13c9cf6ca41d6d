import FlatQueue from "flatqueue";
import { latencySampler } from "./ai-latency.ts";
import type { Arrivals, CapacityInput } from "./input.ts";
import { Draws } from "./random.ts";

/** The stream from which the AI's times are drawn, a message at a time. */
export const THOUGHTS = 4;

/** A message of a load, as it can be written to a real worker. */
export interface RecordedArrival {
  readonly atMs: number;
  readonly conversation: number;
  readonly aiMs: number;
}

/**
 * The very messages of a simulation with that input, to be written to something else.
 * @throws RangeError for an input that cannot be
 */
export function recordedArrivals({
  arrivals,
  ai,
  seed,
}: Pick<CapacityInput, "arrivals" | "ai" | "seed">): RecordedArrival[] {
  const stream = new ArrivalStream(arrivals, seed);
  const thoughts = new Draws(seed, THOUGHTS);
  const latencyOf = latencySampler(ai);
  const recorded: RecordedArrival[] = [];
  while (Number.isFinite(stream.nextMs)) {
    const atMs = stream.nextMs;
    recorded.push({ atMs, conversation: stream.take(), aiMs: latencyOf(thoughts) });
  }
  return recorded;
}

/** Messages as they arrive, in order of time: Poisson by the curve, bursts on top, and what customers add. */
export class ArrivalStream {
  readonly #arrivals: Arrivals;
  readonly #times: Draws;
  readonly #who: Draws;
  readonly #more: Draws;
  /** Rates per ms of the parts of the curve, and how long each is. */
  readonly #rates: readonly number[];
  readonly #partMs: number;
  /** By time, the conversation of a message that is not of the even flow; -1 for a new one. */
  readonly #others = new FlatQueue();
  #nextMs = 0;
  #conversations: number;

  /** @throws RangeError */
  constructor(arrivals: Arrivals, seed: number) {
    requireSound(arrivals);
    this.#arrivals = arrivals;
    this.#times = new Draws(seed, 0);
    this.#who = new Draws(seed, 1);
    this.#more = new Draws(seed, 2);
    this.#conversations = arrivals.conversations ?? 0;
    const curve = arrivals.curve ?? [1];
    const weight = curve.reduce((sum, part) => sum + part, 0) / curve.length;
    const begun = arrivals.perSecond * (1 - (arrivals.followUps?.share ?? 0));
    this.#rates = curve.map((part) => (weight === 0 ? 0 : (begun * part) / weight / 1_000));
    this.#partMs = arrivals.durationMs / curve.length;
    const within = new Draws(seed, 3);
    for (const { atMs, messages, withinMs } of arrivals.bursts ?? []) {
      for (let count = 0; count < messages; count++)
        this.#others.push(-1, atMs + within.uniform() * withinMs);
    }
    this.#nextMs = this.#after(0);
  }

  /** When the next message arrives, in ms; infinity after the last one. */
  get nextMs(): number {
    return Math.min(this.#nextMs, this.#others.peekValue() ?? Number.POSITIVE_INFINITY);
  }

  /** @returns the conversation of the message that arrives at {@link nextMs} */
  take(): number {
    const atMs = this.nextMs;
    let conversation = -1;
    if (atMs === this.#nextMs) this.#nextMs = this.#after(atMs);
    else conversation = this.#others.pop() ?? -1;
    if (conversation === -1) conversation = this.#someone();
    this.#followUp(conversation, atMs);
    return conversation;
  }

  /** By inverting the cumulative rate, which is exact where the rate changes too. */
  #after(atMs: number): number {
    let left = this.#times.exponential(1);
    let part = Math.floor(atMs / this.#partMs);
    let from = atMs;
    for (; part < this.#rates.length; part++) {
      const rate = this.#rates[part] ?? 0;
      const until = (part + 1) * this.#partMs;
      const expected = rate * (until - from);
      if (left < expected) return from + left / rate;
      left -= expected;
      from = until;
    }
    return Number.POSITIVE_INFINITY;
  }

  #someone(): number {
    const { conversations } = this.#arrivals;
    return conversations === undefined ? this.#conversations++ : this.#who.index(conversations);
  }

  #followUp(conversation: number, atMs: number): void {
    const { followUps, durationMs } = this.#arrivals;
    if (followUps === undefined || this.#more.uniform() >= followUps.share) return;
    const nextMs = atMs + this.#more.exponential(followUps.afterMs);
    if (nextMs < durationMs) this.#others.push(conversation, nextMs);
  }
}

function requireSound({ perSecond, curve, durationMs, sessions, conversations, followUps }: Arrivals): void {
  const problem =
    [perSecond, durationMs, ...(curve ?? [])].some((value) => !Number.isFinite(value) || value < 0) ||
    curve?.length === 0
      ? "expected finite numbers from 0 on"
      : !(Number.isInteger(sessions) && sessions > 0)
        ? `expected at least 1 session, got ${sessions}`
        : conversations !== undefined && !(Number.isInteger(conversations) && conversations > 0)
          ? `expected at least 1 conversation, got ${conversations}`
          : followUps !== undefined && !(followUps.share >= 0 && followUps.share < 1)
            ? `expected a share of follow-ups from 0 on, below 1, got ${followUps.share}`
            : undefined;
  if (problem !== undefined) throw new RangeError(`arrivals: ${problem}`);
}
