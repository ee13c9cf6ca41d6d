import { Redis } from "ioredis";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Script } from "../../adapters/redis/script.ts";
import { RedisProxy } from "./redis-proxy.ts";
import { startRedisServer, type RedisServer } from "../redis-server.ts";

const beat = new Script("heartbeat", [new URL("../../sessions/fence.lua", import.meta.url)]);

let server: RedisServer;
let proxy: RedisProxy;
let redis: Redis;

beforeEach(async () => {
  server = await startRedisServer();
  proxy = await RedisProxy.start(server.url, { scripts: new Map([[beat.sha, beat.name]]) });
  redis = new Redis(proxy.url, { retryStrategy: () => null, maxRetriesPerRequest: 0 });
  redis.on("error", () => {});
});

afterEach(async () => {
  redis.disconnect();
  await proxy.close();
  await server.stop();
});

test("commands and replies of any size and kind pass through unchanged", async () => {
  const large = "é".repeat(300_000);
  await redis.hset("hash", { large, empty: "", lines: "one\r\ntwo" });
  expect(await redis.hgetall("hash")).toEqual({ large, empty: "", lines: "one\r\ntwo" });
  expect(await redis.get("missing")).toBeNull();
  const both = await redis.multi().set("a", 1).lrange("none", 0, -1).exec();
  expect(both?.map(([, reply]) => reply)).toEqual(["OK", []]);
});

test("a script is recognised by its digest and by its text, before it runs and after", async () => {
  const seen: string[] = [];
  proxy.onCommand(({ script, at, name, failed }) => {
    if (script !== undefined) seen.push(`${script} ${name} ${at}${failed ? " failed" : ""}`);
  });
  await beat.run(redis, [], []);
  expect(seen).toEqual([
    "heartbeat EVALSHA request",
    "heartbeat EVALSHA reply failed",
    "heartbeat EVAL request",
    "heartbeat EVAL reply",
  ]);
});

test("a held command holds what follows on its connection, and the order stays", async () => {
  const held = Promise.withResolvers<void>();
  proxy.onCommand(({ at, args }) => (at === "request" && args[1] === "first" ? held.promise : undefined));
  const replies: string[] = [];
  const first = redis.set("key", "first").then(() => replies.push("first"));
  const second = redis.get("key").then((value) => replies.push(`then ${value}`));
  const direct = new Redis(server.url);
  expect(await direct.get("key")).toBeNull();
  direct.disconnect();
  held.resolve();
  await Promise.all([first, second]);
  expect(replies).toEqual(["first", "then first"]);
});

test("cut before the request nothing is stored, cut before the reply it is", async () => {
  const direct = new Redis(server.url);
  for (const at of ["request", "reply"] as const) {
    const client = new Redis(proxy.url, { retryStrategy: () => null, maxRetriesPerRequest: 0 });
    client.on("error", () => {});
    const untap = proxy.onCommand((command) =>
      command.name === "SET" && command.at === at ? "cut" : undefined,
    );
    await expect(client.set(at, "stored")).rejects.toThrow("closed");
    untap();
    client.disconnect();
  }
  expect(await direct.mget("request", "reply")).toEqual([null, "stored"]);
  direct.disconnect();
});

test("commands take as long as they are told to", async () => {
  await redis.ping();
  proxy.latency = [50, 60];
  const started = performance.now();
  await Promise.all([redis.ping(), redis.ping(), redis.ping()]);
  const took = performance.now() - started;
  expect(took).toBeGreaterThan(49);
  // They wait side by side.
  expect(took).toBeLessThan(150);
});

test("an unreachable Redis refuses, and one that was cut off comes back", async () => {
  const client = new Redis(proxy.url, { retryStrategy: () => 10, maxRetriesPerRequest: null });
  client.on("error", () => {});
  await client.set("key", "kept");
  proxy.unreachable = true;
  proxy.cut();
  const reply = client.get("key");
  await new Promise((resolve) => client.once("reconnecting", resolve));
  expect(proxy.connections).toBe(0);
  proxy.unreachable = false;
  expect(await reply).toBe("kept");
  client.disconnect();
});
