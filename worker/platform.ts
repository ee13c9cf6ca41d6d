import type { Redis } from "ioredis";
import { afterReconnects, patience, requireSuitable, UnsuitableRedis } from "./adapters/redis/connect.ts";
import { keysOf, type Keys } from "./adapters/redis/keys.ts";
import { Sealing } from "./adapters/redis/sealing.ts";
import { Triggers } from "./automations/triggers.ts";
import type { Config } from "./config.ts";
import { policyOf, type Policy } from "./conversation/policy.ts";
import { ConversationRecord } from "./conversation/record.ts";
import type { Meters } from "./metrics/meters.ts";
import type { Consumption } from "./runtime/consumption.ts";
import { errorFields, type Logger } from "./runtime/logging.ts";
import type { LongBlockingWorker } from "./runtime/long-blocking-worker.ts";
import { requireMatchingStore, StoreMismatch } from "./sessions/meta.ts";
import { Organizations } from "./sessions/organizations.ts";

/** What is known of how this process works, for those who ask: health checks, metrics and alerts. */
export interface Observed {
  readonly meters: Meters;
  readonly consumption: Consumption;
}

/** What every part of a process stands on: the store, who its tenants are, and their conversations. */
export interface Platform {
  readonly config: Config;
  readonly redis: Redis;
  readonly keys: Keys;
  readonly sealing: Sealing;
  readonly log: Logger;
  readonly organizations: Organizations;
  readonly record: ConversationRecord;
  /** What messages start. */
  readonly triggers: Triggers;
  readonly observed: Observed;
  /** Of an organization, at this moment. */
  policy(organization: string): Policy;
  /** For BullMQ, which opens connections of its own. */
  readonly queues: {
    readonly connection: { readonly url: string } & typeof patience;
    readonly prefix: string;
    readonly stalledMs: number;
    readonly log: Logger;
    watch(worker: LongBlockingWorker, prove?: () => Promise<unknown>): void;
  };
}

/**
 * Makes sure that the store can be worked on, now and whenever Redis comes back. Waits for it as long as it takes.
 * @param unfit told when what came back cannot be worked on: the process is to end, as it would not have begun
 * @throws UnsuitableRedis, StoreMismatch
 */
export async function openPlatform(
  config: Config,
  redis: Redis,
  log: Logger,
  observed: Observed,
  unfit: (error: Error) => void,
): Promise<Platform> {
  const keys = keysOf(config.namespace);
  const sealing = new Sealing(config.encryptionKeys);
  const suitability = {
    production: config.environment === "production",
    warn: (sentence: string) => log.warn("redis may lose data", { why: sentence }),
  };
  await requireSuitable(redis, suitability);
  await requireMatchingStore(redis, keys, sealing);
  afterReconnects(
    redis,
    async () => {
      await requireSuitable(redis, suitability);
      // Leases went with the rest, so that nothing was written over it; what WhatsApp knows of its devices stays.
      if ((await requireMatchingStore(redis, keys, sealing)) === "new")
        log.error(
          "the store lost all it had: put a copy of it back, or add and pair the organizations again",
        );
    },
    (error) => {
      if (error instanceof UnsuitableRedis || error instanceof StoreMismatch) unfit(error);
      else log.warn("redis not looked at again", errorFields(error));
    },
  );
  const triggers = new Triggers({ redis, keys, sealing, log });
  const organizations = new Organizations({ redis, keys, sealing, log, also: () => triggers.load() });
  const policy = (organization: string): Policy => policyOf(organizations.find(organization));
  const record = new ConversationRecord({ redis, keys, sealing, policy, triggers });
  const queues = {
    connection: { url: config.redis.url, ...patience },
    prefix: keys.prefix,
    stalledMs: config.profile.stalledSeconds * 1000,
    log,
    watch: (worker: LongBlockingWorker, prove?: () => Promise<unknown>): void => {
      observed.consumption.watch(worker, prove);
      observed.meters.watch(worker);
    },
  };
  return { config, redis, keys, sealing, log, organizations, record, triggers, policy, queues, observed };
}
