import type { Quantiles } from "./quantiles.ts";

/** What became of the messages, and how the system fared. Times are in ms unless told. */
export interface CapacityResult {
  /** All that arrived = `answered` + `joined` + `failed` + `waiting`. */
  readonly arrived: number;
  /** That began a turn, and were answered by it. */
  readonly answered: number;
  /** That joined the turn of another one, and were answered with it. */
  readonly joined: number;
  /** Of which the customer was told that no answer comes. */
  readonly failed: number;
  /** Not answered when the simulation ended. */
  readonly waiting: number;
  /** Of those that were answered; undefined when none was. */
  readonly times?: ReplyTimes;
  /** Share of the answered messages whose answer came after the objective. */
  readonly lateShare?: number;
  /** Share of the turns in which the holding message went out. */
  readonly heldShare?: number;
  /** What is said of time is said of so much of it. */
  readonly spanMs: number;
  /** Share of all slots (processes × concurrency) that was taken, on average. */
  readonly utilisation: number;
  readonly backlog: Backlog;
  /** Messages with no turn yet, on average over time. */
  readonly meanBacklog: number;
  /** From its arrival until a message's turn begins, on average. */
  readonly meanUntilTurnMs?: number;
}

/** From the message's arrival until its customer has the answer, and what that consists of. */
export interface ReplyTimes {
  readonly reply: Quantiles;
  /** For its conversation's turn, a slot, a limit, other messages of its number, the processor, an attempt that failed. */
  readonly waiting: Quantiles;
  readonly ai: Quantiles;
  /** Round trips to the store, on average. */
  readonly storeMs: number;
  /** What the process computes, and the way to WhatsApp's server. */
  readonly sendMs: number;
}

export interface Backlog {
  /** Messages that had no turn yet, at the most, and when. */
  readonly most: number;
  readonly atMs: number;
  /** Of each burst, in order. */
  readonly bursts: readonly {
    readonly most: number;
    /** From the end of the burst until nobody waits for a slot; undefined where the simulation ended before. */
    readonly goneAfterSeconds?: number;
  }[];
}
