import { Queue, type ConnectionOptions } from "bullmq";
import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import type { Conversation } from "../conversation/types.ts";
import { REPLY_PRIORITY, TURN_JOB } from "../jobs/message/job.ts";
import { shardOf } from "../sessions/shards.ts";
import { errorFields, type Logger } from "./logging.ts";
import { messageQueue } from "./queue-names.ts";

export interface OwnerWakeOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly connection: ConnectionOptions;
  readonly log: Logger;
}

/** Has a conversation looked at by its owner, for a process that is not: two commands, and a job's. */
export class OwnerWake {
  readonly #options: OwnerWakeOptions;
  readonly #queues = new Map<number, Queue>();

  constructor(options: OwnerWakeOptions) {
    this.#options = options;
  }

  /** Best effort: nobody may own it at this moment, and the owner's sweep finds what was not added. Never rejects. */
  async wake({ organization, chat }: Conversation): Promise<void> {
    const { redis, keys, log } = this.#options;
    try {
      const lease = await redis.hget(keys.leases, String(shardOf(organization)));
      const [owner = "-"] = lease?.split(" ") ?? [];
      const slot = owner === "-" ? null : await redis.hget(keys.process(owner), "slot");
      if (slot === null) return;
      await this.#queue(Number(slot)).add(TURN_JOB, { organization, chat }, { priority: REPLY_PRIORITY });
    } catch (error) {
      log.warn("owner not woken", { organization, chat, ...errorFields(error) });
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
  }

  #queue(slot: number): Queue {
    const opened = this.#queues.get(slot);
    if (opened !== undefined) return opened;
    const queue = new Queue(messageQueue(slot), {
      connection: this.#options.connection,
      prefix: this.#options.keys.prefix,
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    });
    // Told by the call.
    queue.on("error", () => {});
    this.#queues.set(slot, queue);
    return queue;
  }
}
