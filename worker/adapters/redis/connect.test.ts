import { afterEach, expect, test } from "vitest";
import type { Redis } from "ioredis";
import { startRedisServer } from "../../dev/redis-server.ts";
import { openRedis, requireSuitable } from "./connect.ts";

const ended: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ended.splice(0).toReversed()) await end();
});

async function redisWith(...args: readonly string[]): Promise<Redis> {
  const server = await startRedisServer({ args });
  const redis = openRedis(server.url, "test");
  ended.push(server.stop, async () => redis.disconnect());
  return redis;
}

test("a Redis that keeps everything will do", async () => {
  const redis = await redisWith();
  await requireSuitable(redis);
  expect(await redis.client("GETNAME")).toBe("test");
});

test.each(["allkeys-lru", "volatile-ttl"])("a Redis that may drop keys (%s) is refused", async (policy) => {
  const redis = await redisWith("--maxmemory-policy", policy);
  await expect(requireSuitable(redis)).rejects.toThrow(
    `REDIS_URL: expected maxmemory-policy noeviction, got ${policy}: Redis would drop conversations when memory runs out`,
  );
});

test("a node of a Redis Cluster is refused", async () => {
  const redis = await redisWith("--cluster-enabled", "yes");
  await expect(requireSuitable(redis)).rejects.toThrow(
    "REDIS_URL: expected a single Redis, got a node of a Redis Cluster",
  );
});
