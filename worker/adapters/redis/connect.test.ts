import { afterEach, expect, test } from "vitest";
import type { Redis } from "ioredis";
import { startRedisServer, type RedisServer } from "../../dev/redis-server.ts";
import { afterReconnects, openRedis, requireSuitable, UnsuitableRedis } from "./connect.ts";

const ended: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ended.splice(0).toReversed()) await end();
});

async function redisWith(
  ...args: readonly string[]
): Promise<{ readonly server: RedisServer; readonly redis: Redis }> {
  const server = await startRedisServer({ args });
  const redis = openRedis(server.url, "test");
  ended.push(server.stop, async () => redis.disconnect());
  return { server, redis };
}

/** Whether a server that says this of itself would do, and what is warned of. */
async function judge(
  redis: Pick<Redis, "info">,
  production: boolean,
): Promise<{ readonly warned: readonly string[]; readonly refused: string | undefined }> {
  const warned: string[] = [];
  const refused = await requireSuitable(redis, {
    production,
    warn: (sentence) => warned.push(sentence),
  }).then(
    () => undefined,
    (error: unknown) => {
      expect(error).toBeInstanceOf(UnsuitableRedis);
      return (error as Error).message;
    },
  );
  return { warned, refused };
}

const saying = (...lines: readonly string[]) => ({
  info: async () => `# Server\r\n${lines.join("\r\n")}\r\n`,
});

test("a Redis that keeps everything will do", async () => {
  const { redis } = await redisWith();
  expect(await judge(redis, true)).toEqual({ warned: [], refused: undefined });
  expect(await redis.client("GETNAME")).toBe("test");
});

test.each(["allkeys-lru", "volatile-ttl"])(
  "a Redis that may drop keys (%s) is refused in production, and warned of elsewhere",
  async (policy) => {
    const { redis } = await redisWith("--maxmemory-policy", policy);
    const sentence = `REDIS_URL: expected maxmemory-policy noeviction, got ${policy}: Redis would drop conversations when memory runs out`;
    expect(await judge(redis, true)).toEqual({ warned: [], refused: sentence });
    expect(await judge(redis, false)).toEqual({ warned: [sentence], refused: undefined });
  },
);

test("a node of a Redis Cluster is refused", async () => {
  const { redis } = await redisWith("--cluster-enabled", "yes");
  expect((await judge(redis, false)).refused).toBe(
    "REDIS_URL: expected a single Redis, got a node of a Redis Cluster, which is not supported",
  );
});

test.each(["2.8.24", "3.2.12", "5.0.14", "6.0.20", "6.1.241", "6"])(
  "Redis %s is refused with its version, everywhere",
  async (version) => {
    const redis = saying(`redis_version:${version}`, "maxmemory_policy:noeviction");
    const refused = `REDIS_URL: expected Redis 6.2 or newer, got ${version}`;
    expect([await judge(redis, true), await judge(redis, false)]).toEqual([
      { warned: [], refused },
      { warned: [], refused },
    ]);
  },
);

test.each<[what: string, lines: readonly string[]]>([
  ["the oldest Redis", ["redis_version:6.2.0", "cluster_enabled:0", "maxmemory_policy:noeviction"]],
  ["Redis 10, which is no 1", ["redis_version:10.0.0", "maxmemory_policy:noeviction"]],
  ["a release candidate", ["redis_version:7.9.240-rc1", "maxmemory_policy:noeviction"]],
  [
    "Valkey, which says which Redis it equals",
    ["redis_version:7.2.4", "server_name:valkey", "valkey_version:8.1.1", "maxmemory_policy:noeviction"],
  ],
  [
    "Dragonfly, which has a cache mode",
    [
      "redis_version:7.4.0",
      "dragonfly_version:df-v1.31.0",
      "cache_mode:store",
      "maxmemory_policy:noeviction",
    ],
  ],
  ["Upstash, which says nothing of a policy", ["upstash_version:1.13.3", "redis_version:6.2.6"]],
  ["one that does not say what it is", ["tcp_port:6379"]],
])("%s will do", async (_what, lines) => {
  expect(await judge(saying(...lines), true)).toEqual({ warned: [], refused: undefined });
});

test("Dragonfly as a cache is refused in production", async () => {
  const cache = saying("redis_version:6.2.11", "dragonfly_version:df-v1.12.0", "maxmemory_policy:eviction");
  expect((await judge(cache, true)).refused).toContain("got eviction");
});

test("a policy that was changed while the connection was away is noticed when it comes back", async () => {
  const { redis } = await redisWith();
  const settings = { production: true, warn: () => {} };
  await requireSuitable(redis, settings);
  const { promise, resolve } = Promise.withResolvers<unknown>();
  afterReconnects(redis, () => requireSuitable(redis, settings), resolve);
  await redis.config("SET", "maxmemory-policy", "allkeys-lfu");
  redis.disconnect(true);
  expect(await promise).toBeInstanceOf(UnsuitableRedis);
  expect(String(await promise)).toContain("got allkeys-lfu");
});
