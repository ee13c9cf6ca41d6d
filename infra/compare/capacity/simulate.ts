import FlatQueue from "flatqueue";
import { latencySampler } from "./ai-latency.ts";
import { ArrivalStream, THOUGHTS } from "./arrivals.ts";
import { Conversations, NONE, REST, SENDING, THINKING, WAITING } from "./conversations.ts";
import { requireSoundInput, type CapacityInput } from "./input.ts";
import { Limit } from "./limit.ts";
import { Measures } from "./measures.ts";
import { Processes } from "./processes.ts";
import { Draws } from "./random.ts";
import type { CapacityResult } from "./result.ts";

/** What happens: to a message, a conversation, or a process. */
const ACCEPTED = 0;
const WOKEN = 1;
const BEGUN = 2;
const THOUGHT = 3;
const ACKED = 4;
const FREED = 5;
const KIND_BITS = 3;

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

  readonly #talks = new Conversations();
  readonly #processOf: readonly number[];
  readonly #sessionFreeAt: Float64Array;
  readonly #paceFreeAt: Float64Array;

  readonly #processes: Processes;

  constructor(input: CapacityInput) {
    requireSoundInput(input);
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
    this.#processes = new Processes(input);
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
    const computed = this.#processes.compute(now, this.#processOf[session] ?? 0);
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
    this.#talks.grow(conversation, this.#input.arrivals.sessions);
    return this.#talks.sessionOf[conversation] ?? 0;
  }

  #accepted(now: number, message: number): void {
    const conversation = this.#conversationOf[message] ?? 0;
    if (this.#talks.first[conversation] === NONE) this.#talks.first[conversation] = message;
    else this.#nextOf[this.#talks.last[conversation] ?? 0] = message;
    this.#talks.last[conversation] = message;
    if (this.#talks.state[conversation] === REST) this.#talks.state[conversation] = WAITING;
    // Also when somebody thinks already: a wake-up that changes nothing.
    this.#wake(now, conversation);
  }

  #wake(now: number, conversation: number): void {
    this.#later(WOKEN, conversation, now + this.#input.trips.wake * this.#input.storeRttMs);
  }

  /** The wake-up is in the store: an idle process takes it, one after the other; a full one when a turn ends. */
  #woken(now: number, conversation: number): void {
    const process = this.#processFor(conversation);
    if (this.#processes.isFull(process)) {
      this.#processes.queue(process, conversation);
      this.#measures.queued(1);
      return;
    }
    this.#occupy(process, 1);
    const { fetchedAt, tripsMs } = this.#processes.fetch(now, process);
    this.#talks.takenMs[conversation] = tripsMs;
    this.#later(BEGUN, conversation, fetchedAt + this.#input.trips.begin * this.#input.storeRttMs);
  }

  #begun(now: number, conversation: number): void {
    const { storeRttMs, trips, attempt, objectiveMs } = this.#input;
    const first = this.#talks.first[conversation] ?? NONE;
    const due = this.#talks.state[conversation] === WAITING && (this.#talks.tryAt[conversation] ?? 0) <= now;
    if (!due || first === NONE) {
      // It looks whether something is to be sent, except in a conversation at rest.
      const looks = this.#talks.state[conversation] === REST ? 0 : 1;
      this.#later(FREED, this.#processFor(conversation), now + (looks + trips.finish) * storeRttMs);
      return;
    }
    this.#talks.state[conversation] = THINKING;
    const before = this.#talks.consumed[conversation] ?? 0;
    let consumed = 0;
    // An answer to several messages takes as long as that to the hardest of them.
    let longestMs = 0;
    for (let message = first; message !== NONE; message = this.#nextOf[message] ?? NONE) {
      if (consumed >= before) this.#measures.begun(now, this.#arrivedAt[message] ?? 0);
      longestMs = Math.max(longestMs, this.#aiMs[message] ?? 0);
      consumed++;
    }
    this.#talks.consumed[conversation] = consumed;
    const attempts = this.#talks.attempts[conversation] ?? 0;
    const thinkMs = attempts === 0 ? longestMs : this.#latencyOf(this.#furtherThoughts);
    this.#talks.thinkMs[conversation] = thinkMs;
    const from = this.#limit?.take(now) ?? now;
    const until = from + Math.min(thinkMs, attempt.timeoutMs);
    if (attempts === 0) this.#measures.turn();
    const holdAt = Math.max(now, (this.#acceptedAt[first] ?? 0) + objectiveMs);
    if (holdAt < until && (this.#talks.heldUntil[conversation] ?? 0) === 0) {
      this.#measures.held();
      // It is acked before the answer goes out.
      this.#talks.heldUntil[conversation] = holdAt + this.#outMs(1);
    }
    this.#later(THOUGHT, conversation, until);
  }

  #thought(now: number, conversation: number): void {
    const { storeRttMs, trips, attempt } = this.#input;
    const session = this.#talks.sessionOf[conversation] ?? 0;
    const process = this.#processOf[session] ?? 0;
    const committed = now + trips.commit * storeRttMs;
    const thinkMs = this.#talks.thinkMs[conversation] ?? 0;
    const attempts = (this.#talks.attempts[conversation] ?? 0) + 1;
    this.#talks.attempts[conversation] = attempts;
    if (thinkMs > attempt.timeoutMs && attempts < attempt.attempts) {
      const tryAt = committed + attempt.backoffMs * 2 ** (attempts - 1);
      this.#talks.state[conversation] = WAITING;
      this.#talks.tryAt[conversation] = tryAt;
      this.#later(WOKEN, conversation, tryAt);
      this.#later(FREED, process, committed + (1 + trips.finish) * storeRttMs);
      return;
    }
    this.#talks.state[conversation] = SENDING;
    const ready = Math.max(committed, this.#talks.heldUntil[conversation] ?? 0);
    const computed = this.#processes.compute(ready, process);
    const sendAt = Math.max(computed, this.#paceFreeAt[session] ?? 0);
    this.#paceFreeAt[session] = sendAt + (this.#input.pacingMs ?? 0);
    const written = sendAt + trips.send * storeRttMs;
    const { whatsappRttMs } = this.#input;
    const seenAt = written + whatsappRttMs / 2;
    const { receive, wake, begin, commit, send } = trips;
    const storeMs =
      (receive + wake + begin + commit + send) * storeRttMs + (this.#talks.takenMs[conversation] ?? 0);
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
    let message = this.#talks.first[conversation] ?? NONE;
    const consumed = this.#talks.consumed[conversation] ?? 0;
    for (let order = 0; order < consumed; order++) {
      each(message, order);
      message = this.#nextOf[message] ?? NONE;
    }
    this.#talks.first[conversation] = message;
    if (message === NONE) this.#talks.last[conversation] = NONE;
    this.#talks.consumed[conversation] = 0;
    this.#talks.attempts[conversation] = 0;
    this.#talks.heldUntil[conversation] = 0;
    this.#talks.tryAt[conversation] = 0;
  }

  #acked(now: number, conversation: number): void {
    const waits = this.#talks.first[conversation] !== NONE;
    this.#talks.state[conversation] = waits ? WAITING : REST;
    if (waits) this.#wake(now, conversation);
  }

  /** A job is done: the next one comes with the same round trip. */
  #freed(now: number, process: number): void {
    const next = this.#processes.next(process);
    if (next === undefined) this.#occupy(process, -1);
    else {
      this.#measures.queued(-1);
      this.#talks.takenMs[next] = 0;
      this.#later(BEGUN, next, now + this.#input.trips.begin * this.#input.storeRttMs);
    }
  }

  #occupy(process: number, slots: 1 | -1): void {
    this.#processes.occupy(process, slots);
    this.#measures.occupied(slots);
  }

  /** From deciding to send a part until its ack is recorded. @param before round trips that decide it */
  #outMs(before: number): number {
    const { trips, storeRttMs, whatsappRttMs } = this.#input;
    return (before + trips.send + trips.acknowledge) * storeRttMs + whatsappRttMs;
  }

  #processFor(conversation: number): number {
    return this.#processOf[this.#talks.sessionOf[conversation] ?? 0] ?? 0;
  }
}
