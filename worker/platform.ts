import type { Redis } from "ioredis";
import { patience, requireSuitable } from "./adapters/redis/connect.ts";
import { keysOf, type Keys } from "./adapters/redis/keys.ts";
import { Sealing } from "./adapters/redis/sealing.ts";
import type { Config } from "./config.ts";
import { policyOf, type Policy } from "./conversation/policy.ts";
import { ConversationRecord } from "./conversation/record.ts";
import type { Logger } from "./runtime/logging.ts";
import { requireMatchingStore } from "./sessions/meta.ts";
import { Organizations } from "./sessions/organizations.ts";

/** What every part of a process stands on: the store, who its tenants are, and their conversations. */
export interface Platform {
  readonly config: Config;
  readonly redis: Redis;
  readonly keys: Keys;
  readonly sealing: Sealing;
  readonly log: Logger;
  readonly organizations: Organizations;
  readonly record: ConversationRecord;
  /** Of an organization, at this moment. */
  policy(organization: string): Policy;
  /** For BullMQ, which opens connections of its own. */
  readonly queues: {
    readonly connection: { readonly url: string } & typeof patience;
    readonly prefix: string;
    readonly log: Logger;
  };
}

/**
 * Makes sure that the store can be worked on. Waits for Redis as long as it takes.
 * @throws UnsuitableRedis, StoreMismatch
 */
export async function openPlatform(config: Config, redis: Redis, log: Logger): Promise<Platform> {
  const keys = keysOf(config.namespace);
  const sealing = new Sealing(config.encryptionKeys);
  await requireSuitable(redis);
  await requireMatchingStore(redis, keys, sealing);
  const organizations = new Organizations({ redis, keys, sealing, log });
  const policy = (organization: string): Policy => policyOf(organizations.find(organization));
  const record = new ConversationRecord({ redis, keys, sealing, policy });
  const queues = { connection: { url: config.redis.url, ...patience }, prefix: keys.prefix, log };
  return { config, redis, keys, sealing, log, organizations, record, policy, queues };
}
