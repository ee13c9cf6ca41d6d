import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { keysOf, type Keys } from "../adapters/redis/keys.ts";
import { startRedisServer, type RedisServer } from "../dev/redis-server.ts";
import { LeaseLost, type Lease } from "./lease.ts";
import { SessionRecords, type SessionRecord } from "./session-record.ts";

const SHARD = 7;

let server: RedisServer;
let redis: Redis;
let keys: Keys;
let count = 0;

beforeAll(async () => {
  server = await startRedisServer();
  redis = new Redis(server.url);
});

beforeEach(() => {
  keys = keysOf(`records${++count}`);
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const at = (place: string): SessionRecords => new SessionRecords({ redis, keys, place });

/** Makes this process the owner, and nobody else. */
async function owned(owner: string): Promise<Lease> {
  const lease = { shard: SHARD, owner, epoch: "1" };
  await redis.hset(keys.leases, SHARD, `${owner} 1 ${Date.now() + 60_000}`);
  return lease;
}

async function stored(): Promise<SessionRecord> {
  return JSON.parse((await redis.hget(keys.sessions, "loja")) ?? "null") as SessionRecord;
}

/** As if it had been noted that much earlier. */
async function age(ms: number): Promise<void> {
  const record = await stored();
  await redis.hset(keys.sessions, "loja", JSON.stringify({ ...record, since: record.since - ms }));
}

test("the first owner's connection has no gap", async () => {
  const began = Date.now();
  await at("render/oregon").opened("loja", await owned("first"));
  const record = await stored();
  expect(record).toEqual({
    state: "open",
    since: expect.any(Number),
    place: "render/oregon",
    process: "first",
  });
  expect(record.since).toBeGreaterThanOrEqual(began - 1);
  expect(record.since).toBeLessThanOrEqual(Date.now() + 1);
});

test("after an orderly end the gap is counted from it, and redialling does not touch it", async () => {
  const first = await owned("first");
  await at("render/oregon").opened("loja", first);
  await at("render/oregon").ended("loja", first, "closed");
  expect(await stored()).toMatchObject({ state: "ended", reason: "closed", process: "first" });
  await age(2_000);
  const second = await owned("second");
  await at("fly/gru").opened("loja", second);
  const taken = await stored();
  expect(taken).toMatchObject({ state: "open", place: "fly/gru", process: "second", gapFrom: "end" });
  expect(taken.gapMs).toBeGreaterThanOrEqual(2_000);
  expect(taken.gapMs).toBeLessThan(4_000);
  await at("fly/gru").ended("loja", second, "dropped");
  await age(9_000);
  await at("fly/gru").opened("loja", second);
  expect(await stored()).toMatchObject({ state: "open", gapMs: taken.gapMs, gapFrom: "end" });
});

test("who dials in vain does not move the end, and says why", async () => {
  const first = await owned("first");
  await at("render/oregon").opened("loja", first);
  await at("render/oregon").ended("loja", first, "dropped");
  await age(5_000);
  const { since } = await stored();
  await at("render/oregon").ended("loja", first, "dropped");
  await at("fly/gru").ended("loja", await owned("second"), "logged-out");
  expect(await stored()).toEqual({
    state: "ended",
    since,
    reason: "logged-out",
    endFrom: "end",
    place: "render/oregon",
    process: "first",
  });
});

test("an owner that was killed is counted from when it was last heard of", async () => {
  await at("render/oregon").opened("loja", await owned("first"));
  const second = await owned("second");
  await redis.set(keys.lastHeard("first"), Date.now() - 3_000);
  await at("fly/gru").opened("loja", second);
  const { gapMs, gapFrom } = await stored();
  expect(gapFrom).toBe("heartbeat");
  expect(gapMs).toBeGreaterThanOrEqual(3_000);
  expect(gapMs).toBeLessThan(5_000);
});

test("one that the next owner cannot open either is no longer told to be open, and keeps its end", async () => {
  await at("render/oregon").opened("loja", await owned("first"));
  const second = await owned("second");
  const heard = Date.now() - 3_000;
  await redis.set(keys.lastHeard("first"), heard);
  await at("fly/gru").ended("loja", second, "logged-out");
  expect(await stored()).toEqual({
    state: "ended",
    since: heard,
    endFrom: "heartbeat",
    reason: "logged-out",
    place: "render/oregon",
    process: "first",
  });
  await at("fly/gru").opened("loja", second);
  const { gapMs, gapFrom } = await stored();
  expect(gapFrom).toBe("heartbeat");
  expect(gapMs).toBeGreaterThanOrEqual(3_000);
});

test("an owner that nobody knows the end of leaves a gap that is unknown, not one of 0", async () => {
  await at("render/oregon").opened("loja", await owned("first"));
  await at("fly/gru").opened("loja", await owned("second"));
  const record = await stored();
  expect(record).toMatchObject({ process: "second", gapFrom: "unknown" });
  expect(record).not.toHaveProperty("gapMs");
});

test("nor does it become known because the next owner dials in vain first", async () => {
  await at("render/oregon").opened("loja", await owned("first"));
  const second = await owned("second");
  await at("fly/gru").ended("loja", second, "dropped");
  expect(await stored()).toMatchObject({ state: "ended", endFrom: "unknown", process: "first" });
  await at("fly/gru").opened("loja", second);
  expect(await stored()).toMatchObject({ gapFrom: "unknown" });
  expect(await stored()).not.toHaveProperty("gapMs");
});

test("a session that never was open has no record", async () => {
  await at("fly/gru").ended("loja", await owned("first"), "not-scanned");
  expect(await redis.exists(keys.sessions)).toBe(0);
});

test("who has lost the lease changes nothing", async () => {
  const first = await owned("first");
  await at("render/oregon").opened("loja", first);
  const before = await stored();
  await owned("second");
  await expect(at("render/oregon").ended("loja", first, "closed")).rejects.toThrow(LeaseLost);
  await expect(at("render/oregon").opened("loja", first)).rejects.toThrow(LeaseLost);
  expect(await stored()).toEqual(before);
});
