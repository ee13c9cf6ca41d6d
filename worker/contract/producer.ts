import type { Redis } from "ioredis";
import { openRedis, patience } from "../adapters/redis/connect.ts";
import { keysOf } from "../adapters/redis/keys.ts";
import { Sealing, type SealingKey } from "../adapters/redis/sealing.ts";
import { policyOf, type Policy } from "../conversation/policy.ts";
import { ConversationRecord } from "../conversation/record.ts";
import type { Logger } from "../runtime/logging.ts";
import { requireMatchingStore } from "../sessions/meta.ts";
import { Organizations } from "../sessions/organizations.ts";
import type { CallInput, CallName } from "./calls.ts";
import type { Outcome } from "./performing.ts";
import { createCalling } from "./start.ts";

export interface ProducerOptions {
  /** `redis://…` or `rediss://…`, the store of the workers. */
  readonly redisUrl: string;
  /** OXY_NAMESPACE of the workers. */
  readonly namespace?: string;
  /** As in OXY_ENCRYPTION_KEYS of the workers: the first one seals. */
  readonly encryptionKeys: readonly [SealingKey, ...SealingKey[]];
  /** What is not the caller's to know of otherwise; silent unless told. */
  readonly log?: Logger;
}

/** Calls the workers from another service, through the store that they share. */
export interface Producer {
  /**
   * Does what the HTTP API does for the same call. When it resolves, it is in the store: nothing that becomes of this process
   * or of the workers loses it.
   * @param version as which the call was written; without one it is the first
   * @throws Refused with a sentence: it cannot be meant, or is not possible; nothing was changed
   */
  call<Name extends CallName>(name: Name, call: CallInput<Name>, version?: number): Promise<Outcome>;
  /** Ends its connections. */
  close(): Promise<void>;
}

/**
 * Opens the store. Waits for Redis as long as it takes.
 * @throws StoreMismatch when the store is another version's, or sealed with other keys
 */
export async function producer(options: ProducerOptions): Promise<Producer> {
  const { redisUrl, namespace = "oxy", encryptionKeys, log = silent } = options;
  const redis = openRedis(redisUrl, "oxy-producer");
  redis.on("error", (error) => log.warn("redis unreachable", { why: error.message }));
  const keys = keysOf(namespace);
  const sealing = new Sealing(encryptionKeys);
  const matching = requireMatchingStore(redis, keys, sealing);
  await matching.catch((error: unknown) => {
    redis.disconnect();
    throw error;
  });
  const organizations = new Organizations({ redis, keys, sealing, log });
  const policy = (organization: string): Policy => policyOf(organizations.find(organization));
  const record = new ConversationRecord({ redis, keys, sealing, policy });
  const connection = { url: redisUrl, ...patience };
  const calling = createCalling({
    ...{ redis, keys, sealing, log, organizations, record, policy, queues: { connection } },
  });
  return {
    call: (name, call, version) => calling.performing.perform(name, call, version),
    close: async () => {
      await calling.close();
      await ended(redis);
    },
  };
}

const silent: Logger = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };

async function ended(redis: Redis): Promise<void> {
  // A store that is away would be waited for.
  if (redis.status === "ready") await redis.quit().catch(() => {});
  redis.disconnect();
}
