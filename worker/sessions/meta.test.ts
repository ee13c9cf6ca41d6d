import { randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keysOf } from "../adapters/redis/keys.ts";
import { Sealing } from "../adapters/redis/sealing.ts";
import { startRedisServer, type RedisServer } from "../dev/redis-server.ts";
import { requireMatchingStore, StoreMismatch } from "./meta.ts";

let server: RedisServer;
let redis: Redis;
let count = 0;

beforeAll(async () => {
  server = await startRedisServer();
  redis = new Redis(server.url);
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const newKeys = () => keysOf(`meta${++count}`);
const newSealing = (id = "a") => new Sealing([{ id, key: randomBytes(32) }]);

test("the first process writes what is fixed, the next ones find it", async () => {
  const [keys, sealing] = [newKeys(), newSealing()];
  expect(await requireMatchingStore(redis, keys, sealing)).toBe("new");
  const written = await redis.hgetall(keys.meta);
  expect(written).toMatchObject({ version: "1", shards: "256" });
  // Of a store that lost all it had, turns begin past those that were, and so do the ids of what is sent.
  const first = await redis.get(keys.erased);
  expect(Number(first)).toBeGreaterThan(1_700_000_000);
  expect(await requireMatchingStore(redis, keys, sealing)).toBe("known");
  expect(await redis.hgetall(keys.meta)).toEqual(written);
  expect(await redis.get(keys.erased)).toBe(first);
});

test.each([
  ["version", "2"],
  ["shards", "64"],
])("another %s is refused and left as it is", async (field, value) => {
  const [keys, sealing] = [newKeys(), newSealing()];
  await requireMatchingStore(redis, keys, sealing);
  await redis.hset(keys.meta, field, value);
  const before = await redis.hgetall(keys.meta);
  await expect(requireMatchingStore(redis, keys, sealing)).rejects.toThrow(
    new RegExp(`${field}: expected \\d+, got ${value}: this store was written by another version`),
  );
  expect(await redis.hgetall(keys.meta)).toEqual(before);
});

test("a record of which the proof is missing is refused, not completed", async () => {
  const keys = newKeys();
  await redis.hset(keys.meta, { version: "2" });
  await expect(requireMatchingStore(redis, keys, newSealing())).rejects.toThrow(StoreMismatch);
  expect(await redis.hgetall(keys.meta)).toEqual({ version: "2" });
});

test.each([
  ["of another name", "b"],
  ["of the same name", "a"],
])("another encryption key %s is refused", async (_which, id) => {
  const keys = newKeys();
  await requireMatchingStore(redis, keys, newSealing("a"));
  const before = await redis.hgetall(keys.meta);
  await expect(requireMatchingStore(redis, keys, newSealing(id))).rejects.toThrow(
    /^OXY_ENCRYPTION_KEYS: expected a key that opens this store/,
  );
  expect(await redis.hgetall(keys.meta)).toEqual(before);
});

test("two processes that come first agree", async () => {
  const [keys, sealing] = [newKeys(), newSealing()];
  await Promise.all([1, 2, 3].map(() => requireMatchingStore(redis, keys, sealing)));
});
