import { Redis, type RedisOptions } from "ioredis";

/** Milliseconds between attempts to reconnect: with BullMQ's default, work resumes up to 20 s after Redis is back. */
const RETRY_MS = 500;

/** Redis answers, but as something the worker cannot run on. */
class UnsuitableRedis extends Error {
  override readonly name = "UnsuitableRedis";
}

/** Waits for Redis as long as it takes; commands queue up meanwhile. For BullMQ's connections, too. */
export const patience = { maxRetriesPerRequest: null, retryStrategy: () => RETRY_MS } satisfies RedisOptions;

export function openRedis(url: string, name: string): Redis {
  return new Redis(url, { ...patience, connectionName: name });
}

/**
 * Refuses what would lose jobs or break scripts: Redis Cluster proper and an eviction policy other than `noeviction`.
 * @throws UnsuitableRedis
 */
export async function requireSuitable(redis: Redis): Promise<void> {
  const info = await redis.info();
  const field = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1];
  if (field("cluster_enabled") === "1") {
    throw new UnsuitableRedis(
      "REDIS_URL: expected a single Redis, got a node of a Redis Cluster, which is not supported",
    );
  }
  const policy = field("maxmemory_policy");
  if (policy !== undefined && policy !== "noeviction") {
    throw new UnsuitableRedis(
      `REDIS_URL: expected maxmemory-policy noeviction, got ${policy}: Redis would drop conversations when memory runs out`,
    );
  }
}
