import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { messageQueue, SHARED_QUEUES } from "./queue-names.ts";

/** The queues of all processes on the store, by the slots they hold: processes come and go while a board is open. */
export class BoardQueues {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #slots: string;
  readonly #opened = new Map<string, Queue>();

  /** @param slots the hash of slots, as in `keysOf` */
  constructor(options: { readonly redis: Redis; readonly prefix: string; readonly slots: string }) {
    this.#redis = options.redis;
    this.#prefix = options.prefix;
    this.#slots = options.slots;
  }

  async current(): Promise<Queue[]> {
    const slots = await this.#redis.hkeys(this.#slots);
    const messages = slots
      .map(Number)
      .toSorted((one, other) => one - other)
      .map(messageQueue);
    return [...SHARED_QUEUES, ...messages].map((name) => this.#open(name));
  }

  /** Leaves the connection open: it is not ours. */
  async close(): Promise<void> {
    await Promise.all([...this.#opened.values()].map((queue) => queue.close()));
  }

  #open(name: string): Queue {
    const queue =
      this.#opened.get(name) ?? new Queue(name, { connection: this.#redis, prefix: this.#prefix });
    this.#opened.set(name, queue);
    return queue;
  }
}
