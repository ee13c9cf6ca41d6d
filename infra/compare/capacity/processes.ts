import type { CapacityInput } from "./input.ts";
import { Line } from "./line.ts";

/** The processes of a simulation: slots, queue, and the one thread of each. */
export class Processes {
  readonly #input: CapacityInput;
  readonly #computeFreeAt: Float64Array;
  readonly #fetchFreeAt: Float64Array;
  readonly #busy: Int32Array;
  readonly #queues: readonly Line[];

  constructor(input: CapacityInput) {
    this.#input = input;
    this.#computeFreeAt = new Float64Array(input.processes);
    this.#fetchFreeAt = new Float64Array(input.processes);
    this.#busy = new Int32Array(input.processes);
    this.#queues = Array.from({ length: input.processes }, () => new Line());
  }

  /** Half of what a message costs, when it comes and when its answer goes: one thread does it. @returns when it is done */
  compute(now: number, process: number): number {
    const { processor } = this.#input;
    if (processor === undefined) return now;
    const taken = processor.msPerMessage / 2 / Math.min(1, processor.share);
    const computed = Math.max(now, this.#computeFreeAt[process] ?? 0) + taken;
    this.#computeFreeAt[process] = computed;
    return computed;
  }

  isFull(process: number): boolean {
    return (this.#busy[process] ?? 0) >= this.#input.concurrency;
  }

  occupy(process: number, slots: 1 | -1): void {
    this.#busy[process] = (this.#busy[process] ?? 0) + slots;
  }

  /** An idle process hears of a job, one that fetches another takes it right after that. @returns ms until it has it */
  fetch(now: number, process: number): { readonly fetchedAt: number; readonly tripsMs: number } {
    const { storeRttMs, trips } = this.#input;
    const freeAt = this.#fetchFreeAt[process] ?? 0;
    const tripsMs = (trips.fetch + (freeAt > now ? 0 : trips.notice)) * storeRttMs;
    const fetchedAt = Math.max(now, freeAt) + tripsMs;
    this.#fetchFreeAt[process] = fetchedAt;
    return { fetchedAt, tripsMs };
  }

  queue(process: number, conversation: number): void {
    this.#queues[process]?.push(conversation);
  }

  next(process: number): number | undefined {
    return this.#queues[process]?.shift();
  }
}
