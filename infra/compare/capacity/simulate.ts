import FlatQueue from "flatqueue";
import { latencySampler } from "./ai-latency.ts";
import { ArrivalStream, THOUGHTS } from "./arrivals.ts";
import type { CapacityInput } from "./input.ts";
import { Limit } from "./limit.ts";
import { Measures } from "./measures.ts";
import { Draws } from "./random.ts";
import type { CapacityResult } from "./result.ts";

/** A conversation's record, as far as it decides who waits for what. */
const REST = 0;
const WAITING = 1;
const THINKING = 2;
const SENDING = 3;

/** What happens: to a message, a conversation, or a process. */
const ACCEPTED = 0;
const WOKEN = 1;
const BEGUN = 2;
const THOUGHT = 3;
const ACKED = 4;
const FREED = 5;
const KIND_BITS = 3;

/** Marks the end of a list of messages. */
const NONE = -1;
const SHARDS = 256;

/**
 * Plays the message path event by event: the record of each conversation, the queue and the slots of each process. What
 * it leaves out: the sweep (it only mends), campaigns, deliveries that fail, and everything that dies.
 * @param untilMs nothing after it is played; what is unanswered then is `waiting`
 * @throws RangeError for an input that cannot be
 */
export function simulate(
  input: CapacityInput,
  { untilMs = Number.POSITIVE_INFINITY }: { readonly untilMs?: number } = {},
): CapacityResult {
  return new Simulation(input).run(untilMs);
}

class Simulation {
  readonly #input: CapacityInput;
  readonly #arrivals: ArrivalStream;
  readonly #measures: Measures;
  readonly #events = new FlatQueue();
  readonly #latencyOf: (draws: Draws) => number;
  readonly #thoughts: Draws;
  readonly #furtherThoughts: Draws;
  readonly #limit: Limit | undefined;

  // Messages, in the order in which they arrived.
  readonly #arrivedAt: number[] = [];
  readonly #acceptedAt: number[] = [];
  readonly #aiMs: number[] = [];
  readonly #conversationOf: number[] = [];
  readonly #nextOf: number[] = [];

  // Conversations; what is missing is at rest and has nothing.
  readonly #state: number[] = [];
  readonly #first: number[] = [];
  readonly #last: number[] = [];
  /** How many of the list, from the first one, are being thought. */
  readonly #consumed: number[] = [];
  readonly #attempts: number[] = [];
  readonly #tryAt: number[] = [];
  readonly #thinkMs: number[] = [];
  readonly #heldUntil: number[] = [];
  /** Ms of round trips until its wake-up was taken. */
  readonly #takenMs: number[] = [];
  readonly #sessionOf: number[] = [];

  readonly #processOf: readonly number[];
  readonly #sessionFreeAt: Float64Array;
  readonly #paceFreeAt: Float64Array;

  // Processes.
  readonly #computeFreeAt: Float64Array;
  readonly #fetchFreeAt: Float64Array;
  readonly #busy: Int32Array;
  readonly #queues: readonly Line[];

  constructor(input: CapacityInput) {
    requireSound(input);
    this.#input = input;
    const { arrivals, processes, seed } = input;
    this.#arrivals = new ArrivalStream(arrivals, seed);
    this.#measures = new Measures(input);
    this.#latencyOf = latencySampler(input.ai);
    this.#thoughts = new Draws(seed, THOUGHTS);
    this.#furtherThoughts = new Draws(seed, 5);
    this.#limit = input.limit === undefined ? undefined : new Limit(input.limit);
    const shards = new Draws(seed, 6);
    // A number is in a shard by its hash, and shards are spread evenly.
    this.#processOf = Array.from({ length: arrivals.sessions }, () => shards.index(SHARDS) % processes);
    this.#sessionFreeAt = new Float64Array(arrivals.sessions);
    this.#paceFreeAt = new Float64Array(arrivals.sessions);
    this.#computeFreeAt = new Float64Array(processes);
    this.#fetchFreeAt = new Float64Array(processes);
    this.#busy = new Int32Array(processes);
    this.#queues = Array.from({ length: processes }, () => new Line());
  }

  run(untilMs: number): CapacityResult {
    const events = this.#events;
    for (;;) {
      const eventMs = events.peekValue() ?? Number.POSITIVE_INFINITY;
      const now = Math.min(eventMs, this.#arrivals.nextMs);
      if (now > untilMs || now === Number.POSITIVE_INFINITY) break;
      this.#measures.at(now);
      if (now < eventMs) this.#arrive(now, this.#arrivals.take());
      else this.#happen(now, events.pop() ?? 0);
    }
    return this.#measures.result();
  }

  #happen(now: number, event: number): void {
    const subject = event >> KIND_BITS;
    switch (event & ((1 << KIND_BITS) - 1)) {
      case ACCEPTED:
        return this.#accepted(now, subject);
      case WOKEN:
        return this.#woken(now, subject);
      case BEGUN:
        return this.#begun(now, subject);
      case THOUGHT:
        return this.#thought(now, subject);
      case ACKED:
        return this.#acked(now, subject);
      default:
        return this.#freed(now, subject);
    }
  }

  #later(kind: number, subject: number, atMs: number): void {
    this.#events.push((subject << KIND_BITS) | kind, atMs);
  }

  /** A process reads one number's messages one after the other: each is stored before the next is looked at. */
  #arrive(now: number, conversation: number): void {
    const message = this.#arrivedAt.length;
    const session = this.#sessionFor(conversation);
    const computed = this.#compute(now, this.#processOf[session] ?? 0);
    const accepted =
      Math.max(computed, this.#sessionFreeAt[session] ?? 0) +
      this.#input.trips.receive * this.#input.storeRttMs;
    this.#sessionFreeAt[session] = accepted;
    this.#arrivedAt.push(now);
    this.#acceptedAt.push(accepted);
    this.#aiMs.push(this.#latencyOf(this.#thoughts));
    this.#conversationOf.push(conversation);
    this.#nextOf.push(NONE);
    this.#measures.arrived(now);
    this.#later(ACCEPTED, message, accepted);
  }

  #sessionFor(conversation: number): number {
    const { sessions } = this.#input.arrivals;
    // In order: arrays with holes are slow.
    for (let next = this.#state.length; next <= conversation; next++) {
      this.#sessionOf.push(next % sessions);
      this.#state.push(REST);
      this.#first.push(NONE);
      this.#last.push(NONE);
      this.#consumed.push(0);
      this.#attempts.push(0);
      this.#tryAt.push(0);
      this.#thinkMs.push(0);
      this.#heldUntil.push(0);
      this.#takenMs.push(0);
    }
    return conversation % sessions;
  }

  #accepted(now: number, message: number): void {
    const conversation = this.#conversationOf[message] ?? 0;
    if (this.#first[conversation] === NONE) this.#first[conversation] = message;
    else this.#nextOf[this.#last[conversation] ?? 0] = message;
    this.#last[conversation] = message;
    if (this.#state[conversation] === REST) this.#state[conversation] = WAITING;
    // Also when somebody thinks already: a wake-up that changes nothing.
    this.#wake(now, conversation);
  }

  #wake(now: number, conversation: number): void {
    this.#later(WOKEN, conversation, now + this.#input.trips.wake * this.#input.storeRttMs);
  }

  /** The wake-up is in the store: an idle process takes it, one after the other; a full one when a turn ends. */
  #woken(now: number, conversation: number): void {
    const { concurrency, storeRttMs, trips } = this.#input;
    const process = this.#processFor(conversation);
    if ((this.#busy[process] ?? 0) >= concurrency) {
      this.#queues[process]?.push(conversation);
      this.#measures.queued(1);
      return;
    }
    this.#occupy(process, 1);
    const freeAt = this.#fetchFreeAt[process] ?? 0;
    const fetchMs = trips.fetch * storeRttMs;
    const noticeMs = freeAt > now ? 0 : trips.notice * storeRttMs;
    const fetched = Math.max(now, freeAt) + noticeMs + fetchMs;
    this.#fetchFreeAt[process] = fetched;
    this.#takenMs[conversation] = noticeMs + fetchMs;
    this.#later(BEGUN, conversation, fetched + trips.begin * storeRttMs);
  }

  #begun(now: number, conversation: number): void {
    const { storeRttMs, trips, attempt, objectiveMs } = this.#input;
    const first = this.#first[conversation] ?? NONE;
    const due = this.#state[conversation] === WAITING && (this.#tryAt[conversation] ?? 0) <= now;
    if (!due || first === NONE) {
      // It looks whether something is to be sent, except in a conversation at rest.
      const looks = this.#state[conversation] === REST ? 0 : 1;
      this.#later(FREED, this.#processFor(conversation), now + (looks + trips.finish) * storeRttMs);
      return;
    }
    this.#state[conversation] = THINKING;
    const before = this.#consumed[conversation] ?? 0;
    let consumed = 0;
    for (let message = first; message !== NONE; message = this.#nextOf[message] ?? NONE) {
      if (consumed >= before) this.#measures.begun(now, this.#arrivedAt[message] ?? 0);
      consumed++;
    }
    this.#consumed[conversation] = consumed;
    const attempts = this.#attempts[conversation] ?? 0;
    const thinkMs = attempts === 0 ? (this.#aiMs[first] ?? 0) : this.#latencyOf(this.#furtherThoughts);
    this.#thinkMs[conversation] = thinkMs;
    const from = this.#limit?.take(now) ?? now;
    const until = from + Math.min(thinkMs, attempt.timeoutMs);
    if (attempts === 0) this.#measures.turn();
    const holdAt = Math.max(now, (this.#acceptedAt[first] ?? 0) + objectiveMs);
    if (holdAt < until && (this.#heldUntil[conversation] ?? 0) === 0) {
      this.#measures.held();
      // It is acked before the answer goes out.
      this.#heldUntil[conversation] = holdAt + this.#outMs(1);
    }
    this.#later(THOUGHT, conversation, until);
  }

  #thought(now: number, conversation: number): void {
    const { storeRttMs, trips, attempt } = this.#input;
    const session = this.#sessionOf[conversation] ?? 0;
    const process = this.#processOf[session] ?? 0;
    const committed = now + trips.commit * storeRttMs;
    const thinkMs = this.#thinkMs[conversation] ?? 0;
    const attempts = (this.#attempts[conversation] ?? 0) + 1;
    this.#attempts[conversation] = attempts;
    if (thinkMs > attempt.timeoutMs && attempts < attempt.attempts) {
      const tryAt = committed + attempt.backoffMs * 2 ** (attempts - 1);
      this.#state[conversation] = WAITING;
      this.#tryAt[conversation] = tryAt;
      this.#later(WOKEN, conversation, tryAt);
      this.#later(FREED, process, committed + (1 + trips.finish) * storeRttMs);
      return;
    }
    this.#state[conversation] = SENDING;
    const ready = Math.max(committed, this.#heldUntil[conversation] ?? 0);
    const computed = this.#compute(ready, process);
    const sendAt = Math.max(computed, this.#paceFreeAt[session] ?? 0);
    this.#paceFreeAt[session] = sendAt + (this.#input.pacingMs ?? 0);
    const written = sendAt + trips.send * storeRttMs;
    const { whatsappRttMs } = this.#input;
    const seenAt = written + whatsappRttMs / 2;
    const { receive, wake, begin, commit, send } = trips;
    const storeMs =
      (receive + wake + begin + commit + send) * storeRttMs + (this.#takenMs[conversation] ?? 0);
    this.#leave(conversation, (message, order) => {
      const arrivedAt = this.#arrivedAt[message] ?? 0;
      if (thinkMs > attempt.timeoutMs) this.#measures.failed(arrivedAt);
      else this.#measures.answered({ arrivedAt, seenAt }, { aiMs: thinkMs, storeMs, joined: order > 0 });
    });
    this.#later(ACKED, conversation, written + whatsappRttMs + trips.acknowledge * storeRttMs);
    // Nobody holds a slot for a pause, or for the ack of a holding message.
    this.#later(FREED, process, committed + (trips.send + trips.finish) * storeRttMs);
  }

  /** What the turn answers leaves the list. */
  #leave(conversation: number, each: (message: number, order: number) => void): void {
    let message = this.#first[conversation] ?? NONE;
    const consumed = this.#consumed[conversation] ?? 0;
    for (let order = 0; order < consumed; order++) {
      each(message, order);
      message = this.#nextOf[message] ?? NONE;
    }
    this.#first[conversation] = message;
    if (message === NONE) this.#last[conversation] = NONE;
    this.#consumed[conversation] = 0;
    this.#attempts[conversation] = 0;
    this.#heldUntil[conversation] = 0;
    this.#tryAt[conversation] = 0;
  }

  #acked(now: number, conversation: number): void {
    const waits = this.#first[conversation] !== NONE;
    this.#state[conversation] = waits ? WAITING : REST;
    if (waits) this.#wake(now, conversation);
  }

  /** A job is done: the next one comes with the same round trip. */
  #freed(now: number, process: number): void {
    const next = this.#queues[process]?.shift();
    if (next === undefined) this.#occupy(process, -1);
    else {
      this.#measures.queued(-1);
      this.#takenMs[next] = 0;
      this.#later(BEGUN, next, now + this.#input.trips.begin * this.#input.storeRttMs);
    }
  }

  #occupy(process: number, slots: 1 | -1): void {
    this.#busy[process] = (this.#busy[process] ?? 0) + slots;
    this.#measures.occupied(slots);
  }

  /** Half of what a message costs, when it comes and when its answer goes: one thread does it. */
  #compute(now: number, process: number): number {
    const { processor } = this.#input;
    if (processor === undefined) return now;
    const taken = processor.msPerMessage / 2 / Math.min(1, processor.share);
    const computed = Math.max(now, this.#computeFreeAt[process] ?? 0) + taken;
    this.#computeFreeAt[process] = computed;
    return computed;
  }

  /** From deciding to send a part until its ack is recorded. @param before round trips that decide it */
  #outMs(before: number): number {
    const { trips, storeRttMs, whatsappRttMs } = this.#input;
    return (before + trips.send + trips.acknowledge) * storeRttMs + whatsappRttMs;
  }

  #processFor(conversation: number): number {
    return this.#processOf[this.#sessionOf[conversation] ?? 0] ?? 0;
  }
}

/** First in, first out. */
class Line {
  #items: number[] = [];
  #from = 0;

  push(item: number): void {
    this.#items.push(item);
  }

  shift(): number | undefined {
    const item = this.#items[this.#from];
    if (item === undefined) return undefined;
    // An array that gives up its first item each time moves all others.
    if (++this.#from > 1_000 && this.#from * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#from);
      this.#from = 0;
    }
    return item;
  }
}

function requireSound({ processes, concurrency, storeRttMs, whatsappRttMs, attempt }: CapacityInput): void {
  for (const [name, count] of Object.entries({ processes, concurrency, attempts: attempt.attempts }))
    if (!(Number.isInteger(count) && count > 0))
      throw new RangeError(`${name}: expected an integer from 1 on, got ${count}`);
  for (const [name, ms] of Object.entries({ storeRttMs, whatsappRttMs, ...attempt }))
    if (!(ms >= 0 && Number.isFinite(ms)))
      throw new RangeError(`${name}: expected a finite number from 0 on, got ${ms}`);
}
