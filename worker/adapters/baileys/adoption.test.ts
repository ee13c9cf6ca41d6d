import { BufferJSON, initAuthCreds } from "@whiskeysockets/baileys";
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startRedisServer, type RedisServer } from "../../dev/redis-server.ts";
import { newEncryptionKey } from "../../dev/worker-process.ts";
import { LeaseLost } from "../../sessions/lease.ts";
import { UnusableSession, type SessionValues } from "../../sessions/whatsapp.ts";
import { keysOf, type Keys } from "../redis/keys.ts";
import { Sealing } from "../redis/sealing.ts";
import { adopt } from "./adoption.ts";
import { SessionState } from "./session-state.ts";

const lease = { shard: 7, owner: "me", epoch: "3" };
const [id = "", base64 = ""] = newEncryptionKey().split(":");
const sealing = new Sealing([{ id, key: Buffer.from(base64, "base64") }]);

let server: RedisServer;
let redis: Redis;
let keys: Keys;
let count = 0;

beforeAll(async () => {
  server = await startRedisServer();
  redis = new Redis(server.url);
});

beforeEach(async () => {
  keys = keysOf(`adoption${++count}`);
  await redis.hset(keys.leases, lease.shard, `${lease.owner} ${lease.epoch} ${Date.now() + 60_000}`);
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const options = () => ({ redis, keys, sealing, organization: "loja", lease });

const load = () => SessionState.load({ ...options(), onFailure: () => {} });

/** As a Baileys process keeps it: of a phone that was linked, unless told otherwise. */
function session(account: string, more: Readonly<Record<string, string>> = {}, change: object = {}) {
  const linked = { me: { id: account }, account: { details: new Uint8Array([1]) } };
  const creds = JSON.stringify({ ...initAuthCreds(), ...linked, ...change }, BufferJSON.replacer);
  return new Map(Object.entries({ creds, ...more })) satisfies SessionValues;
}

test("what is adopted is what is loaded, and nothing of what was there before is", async () => {
  await adopt(options(), session("first", { "lid-mapping:1": '"a"', "lid-mapping:2": '"b"' }));
  await adopt(options(), session("second", { "lid-mapping:2": '"c"' }));
  const state = await load();
  expect(state.paired).toBe(true);
  expect(state.creds.me?.id).toBe("second");
  expect(state.creds.noiseKey.private).toHaveLength(32);
  expect(state.read("lid-mapping", "1")).toBeUndefined();
  expect(state.read("lid-mapping", "2")).toBe("c");
  expect((await redis.keys(`${keys.prefix}:wa:*`)).toSorted()).toEqual(
    [keys.credentials("loja"), keys.signalKeys("loja")].toSorted(),
  );
  expect(await redis.ttl(keys.signalKeys("loja"))).toBe(-1);
});

test("more keys than go into one command are all there", async () => {
  const many = Object.fromEntries(
    Array.from({ length: 1_001 }, (_, index) => [`lid-mapping:${index}`, `"${index}"`]),
  );
  await adopt(options(), session("first", many));
  const state = await load();
  expect([0, 200, 1_000].map((index) => state.read("lid-mapping", `${index}`))).toEqual(["0", "200", "1000"]);
  expect(await redis.hlen(keys.signalKeys("loja"))).toBe(1_001);
});

test("who does not hold the lease changes nothing", async () => {
  await adopt(options(), session("first", { "lid-mapping:1": '"a"' }));
  const stale = { ...options(), lease: { ...lease, epoch: "2" } };
  await expect(adopt(stale, session("second", { "lid-mapping:1": '"b"' }))).rejects.toThrow(LeaseLost);
  const state = await load();
  expect(state.creds.me?.id).toBe("first");
  expect(state.read("lid-mapping", "1")).toBe("a");
});

test.each([
  ["without credentials", new Map([["lid-mapping:1", '"a"']]), "got one without"],
  ["that was never linked", session("x", {}, { me: undefined }), "got one that was never linked"],
  ["that was not linked to the end", session("x", {}, { account: undefined }), "never linked"],
  ["without a key", session("x", {}, { noiseKey: { public: "?" } }), "got one without"],
  ["with a key that is text", session("x", {}, { noiseKey: { private: "a".repeat(32) } }), "got one without"],
  ["whose credentials are no JSON", new Map([["creds", "{"]]), "got something else"],
])("a session %s is refused, and nothing is changed", async (_, values, reason) => {
  await adopt(options(), session("first"));
  await expect(adopt(options(), values)).rejects.toThrow(UnusableSession);
  await expect(adopt(options(), values)).rejects.toThrow(reason);
  expect((await load()).creds.me?.id).toBe("first");
});
