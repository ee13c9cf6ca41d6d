import Fastify from "fastify";
import { Redis } from "ioredis";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startRedisServer } from "../dev/redis-server.ts";
import type { RedisServer } from "../dev/redis-server.ts";
import type { ConsumptionReport } from "./consumption.ts";
import { addHealth } from "./health.ts";
import type { Pingable } from "./health.ts";
import { Readiness } from "./readiness.ts";

const healthy = { report: async (): Promise<ConsumptionReport> => ({ status: "ok", queues: [] }) };

let server: RedisServer;
let redis: Redis;
const apps: ReturnType<typeof Fastify>[] = [];

beforeEach(async () => {
  server = await startRedisServer();
  redis = new Redis(server.url, { maxRetriesPerRequest: null, retryStrategy: () => 20 });
  redis.on("error", () => {});
});

afterEach(async () => {
  redis.disconnect();
  await Promise.all([server.stop(), ...apps.splice(0).map((app) => app.close())]);
});

function healthOf(
  store: Pingable,
  readiness = new Readiness({ role: "all", fleet: "default" }),
  consumption = healthy,
) {
  const app = Fastify();
  apps.push(app);
  addHealth(app, { redis: store, readiness, consumption });
  return async (path: string) => {
    const response = await app.inject(path);
    return [response.statusCode, response.json<Record<string, unknown>>()] as const;
  };
}

test("a round trip to Redis is measured", async () => {
  const [status, body] = await healthOf(redis)("/health/redis");
  expect(status).toBe(200);
  expect(body).toEqual({ status: "ok", roundTripMs: expect.any(Number) });
  expect(body.roundTripMs).toBeLessThan(1_000);
});

test("while Redis does not answer, only its own check fails, with a reason", async () => {
  await redis.ping();
  process.kill(server.pid, "SIGSTOP");
  try {
    const get = healthOf(redis);
    expect(await get("/health/redis")).toEqual([
      503,
      { status: "unavailable", reason: "no answer within 1000 ms" },
    ]);
    expect(await get("/health")).toEqual([200, expect.objectContaining({ status: "ok" })]);
  } finally {
    process.kill(server.pid, "SIGCONT");
  }
});

test("when Redis is back, so is its check", async () => {
  await redis.ping();
  const get = healthOf(redis);
  process.kill(server.pid, "SIGSTOP");
  expect((await get("/health/redis"))[0]).toBe(503);
  process.kill(server.pid, "SIGCONT");
  expect((await get("/health/redis"))[0]).toBe(200);
});

test("checks of a Redis that is away do not pile up commands", async () => {
  let pings = 0;
  const { promise: never } = Promise.withResolvers<unknown>();
  const get = healthOf({
    ping: () => {
      pings++;
      return never;
    },
  });
  await Promise.all(Array.from({ length: 5 }, () => get("/health/redis")));
  expect(pings).toBe(1);
});

test("an error of Redis is the reason", async () => {
  const get = healthOf({ ping: () => Promise.reject(new Error("NOAUTH Authentication required.")) });
  expect(await get("/health/redis")).toEqual([
    503,
    { status: "unavailable", reason: "NOAUTH Authentication required." },
  ]);
});

test("ready is what has joined and was not told to stop", async () => {
  const readiness = new Readiness({ role: "all", fleet: "blue" });
  const get = healthOf(redis, readiness);
  const version = expect.any(String);
  const starting = [503, { status: "starting", version }];
  expect(await get("/health/ready")).toEqual(starting);
  const standing = { slot: 0, process: "p", shards: 256, waiting: false };
  let joined = false;
  readiness.started(() => (joined ? standing : undefined));
  expect(await get("/health/ready")).toEqual(starting);
  joined = true;
  expect(await get("/health/ready")).toEqual([
    200,
    { status: "ready", role: "all", fleet: "blue", ...standing, version },
  ]);
  readiness.draining();
  expect(await get("/health/ready")).toEqual([503, { status: "draining", version }]);
});

test("queues that are not taken from are a reason to replace the process, with what is known of each", async () => {
  const queue = { queue: "message-1", active: 0, concurrency: 50 } as const;
  const report = async (): Promise<ConsumptionReport> => ({
    status: "stopped",
    queues: [{ ...queue, state: "stopped", reason: "3 waiting, and none was taken" }],
  });
  expect(await healthOf(redis)("/health/queues")).toEqual([200, { status: "ok", queues: [] }]);
  expect(await healthOf(redis, undefined, { report })("/health/queues")).toEqual([503, await report()]);
});
