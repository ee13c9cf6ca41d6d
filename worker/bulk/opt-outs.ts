import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import type { Policy } from "../conversation/policy.ts";
import { shardOf } from "../sessions/shards.ts";
import type { Recipient } from "./lanes.ts";
import { scripts } from "./scripts.ts";

export interface OptOutsOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  policy(organization: string): Policy;
}

/** Who wants nothing that goes to many. It holds for ever, also for people who never wrote and for numbers without a chat. */
export class OptOuts {
  readonly #options: OptOutsOptions;

  constructor(options: OptOutsOptions) {
    this.#options = options;
  }

  /** @returns whether that is news */
  async add(organization: string, contact: Recipient): Promise<boolean> {
    return await this.#set(organization, contact, true);
  }

  /** They want it again. @returns whether that is news */
  async remove(organization: string, contact: Recipient): Promise<boolean> {
    return await this.#set(organization, contact, false);
  }

  async #set(organization: string, contact: Recipient, on: boolean): Promise<boolean> {
    const { redis, keys, policy } = this.#options;
    const item = JSON.stringify({ organization, on, ...contact, ...policy(organization) });
    return (await scripts.optOut.run(redis, [], [shardOf(organization), keys.prefix, item])) === 1;
  }
}
