import { once } from "node:events";
import Fastify, { type FastifyInstance } from "fastify";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { keysOf, type Keys } from "../adapters/redis/keys.ts";
import { startRedisServer, type RedisServer } from "../dev/redis-server.ts";
import { SHARDS } from "../sessions/shards.ts";
import { addAdmin } from "./admin.ts";
import type { Logger } from "./logging.ts";

const TOKEN = "token-of-the-admin-api-in-this-test";
const authorized = { authorization: `Bearer ${TOKEN}` };

let server: RedisServer;
let redis: Redis;
let app: FastifyInstance;
let url: string;
let keys: Keys;
let count = 0;
const logged: string[] = [];
const note = (event: string): void => void logged.push(event);
const log: Logger = { error: note, warn: note, info: note, debug: note };

beforeAll(async () => {
  server = await startRedisServer();
});

beforeEach(async () => {
  logged.length = 0;
  redis = new Redis(server.url, { maxRetriesPerRequest: null });
  await redis.ping();
  keys = keysOf(`admin${++count}`);
  app = Fastify({ forceCloseConnections: true });
  await addAdmin(app, { redis, keys, token: TOKEN, log });
  url = `${await app.listen({ host: "127.0.0.1", port: 0 })}/admin`;
});

afterEach(async () => {
  await app.close();
  redis.disconnect();
});

afterAll(async () => {
  await server.stop();
});

async function post(body: unknown, query = "", signal?: AbortSignal): Promise<Response> {
  return await fetch(`${url}/requests${query}`, {
    method: "POST",
    headers: { ...authorized, "content-type": "application/json" },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}

const linesOf = (text: string): unknown[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as unknown);

/** The request that is in the store, as its owner would see it. */
async function requested(): Promise<{ id: string; request: Record<string, unknown> }> {
  await expect.poll(() => redis.hlen(keys.requests), { interval: 5 }).toBe(1);
  const [[id, json] = ["", "{}"]] = Object.entries(await redis.hgetall(keys.requests));
  return { id, request: JSON.parse(json) as Record<string, unknown> };
}

describe("who may ask", () => {
  test.each([
    ["nothing", {}],
    ["a wrong token", { authorization: "Bearer token-of-the-admin-api-in-this-tesT" }],
    ["the token in another scheme", { authorization: `Basic ${TOKEN}` }],
    ["the beginning of the token", { authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
  ])("%s is refused, and told what is expected", async (_, headers) => {
    for (const path of ["/state", "/requests"]) {
      const method = path === "/state" ? "GET" : "POST";
      const response = await fetch(`${url}${path}`, { method, headers: headers as Record<string, string> });
      expect([path, response.status]).toEqual([path, 401]);
      expect(response.headers.get("www-authenticate")).toContain("Bearer");
      expect(await response.text()).not.toContain(TOKEN);
    }
    expect(logged).toEqual(["admin API asked without its token", "admin API asked without its token"]);
  });

  test("who tries many tokens is put off and fills no log, and the right one still opens", async () => {
    const answers: Response[] = [];
    for (let index = 0; index < 15; index++)
      answers.push(await fetch(`${url}/state`, { headers: { authorization: `Bearer wrong-${index}` } }));
    expect(answers.map(({ status }) => status)).toEqual([...Array(10).fill(401), ...Array(5).fill(429)]);
    expect(Number(answers.at(-1)?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(logged).toHaveLength(10);
    expect((await fetch(`${url}/state`, { headers: authorized })).status).toBe(200);
  });
});

describe("GET /admin/state", () => {
  test("of an empty store", async () => {
    const response = await fetch(`${url}/state`, { headers: authorized });
    expect(await response.json()).toEqual({
      at: expect.any(Number),
      processes: [],
      freeShards: SHARDS,
      sessions: {},
    });
  });

  test("who is there, who holds how much, and which numbers are connected", async () => {
    const session = { state: "open", since: 1, place: "fly/gru", process: "one" };
    const future = Date.now() + 60_000;
    await redis
      .multi()
      .hset(keys.slots, "0", "killed", "1", "one")
      .hset(keys.process("one"), { fleet: "main", place: "fly/gru", image: "sha256:ab", version: "1" })
      .hset(keys.process("one"), { slot: "1", heartbeat: "1790000000000" })
      .hset(keys.leases, "0", `one 1 ${future}`, "1", `one 2 ${future}`, "2", "- 3 0", "3", "killed 4 5")
      .hset(keys.sessions, "loja", JSON.stringify(session))
      .exec();
    const response = await fetch(`${url}/state`, { headers: authorized });
    expect(await response.json()).toEqual({
      at: expect.any(Number),
      processes: [
        {
          id: "one",
          slot: 1,
          fleet: "main",
          place: "fly/gru",
          image: "sha256:ab",
          version: "1",
          heartbeat: 1_790_000_000_000,
          shards: 2,
        },
      ],
      freeShards: SHARDS - 2,
      sessions: { loja: session },
    });
  });

  test("while the store is away it says so at once", async () => {
    redis.disconnect();
    await once(redis, "end");
    const response = await fetch(`${url}/state`, { headers: authorized });
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ error: "the store cannot be reached from here" });
  });
});

describe("POST /admin/requests", () => {
  test("is the same request in the store, with the time; answers come as they are given", async () => {
    const before = Date.now();
    const response = await post({ verb: "pair", organization: "loja" });
    const { id, request } = await requested();
    expect(request).toEqual({ verb: "pair", organization: "loja", at: expect.any(Number) });
    expect(request["at"]).toBeGreaterThanOrEqual(before);
    expect(response.headers.get("content-type")).toContain("application/x-ndjson");
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toBe("\n");
    await redis.hdel(keys.requests, id);
    await redis.rpush(keys.answers(id), '{"kind":"qr","qr":"one"}');
    expect((await reader.read()).value).toBe('{"kind":"qr","qr":"one"}\n');
    await redis.rpush(keys.answers(id), '{"kind":"done","account":"5511"}');
    expect((await reader.read()).value).toBe('{"kind":"done","account":"5511"}\n');
    expect((await reader.read()).done).toBe(true);
    await expect.poll(connections, { interval: 5 }).toBe(1);
  });

  test("what comes with it lies beside it in the order it was given, and goes with it", async () => {
    const response = await post({ verb: "session import", organization: "loja", attachment: ["k.a", "k.b"] });
    const { id, request } = await requested();
    expect(request).not.toHaveProperty("attachment");
    expect(await redis.lrange(keys.attachment(id), 0, -1)).toEqual(["k.a", "k.b"]);
    expect(await redis.ttl(keys.attachment(id))).toBeGreaterThan(600);
    await redis.rpush(keys.answers(id), '{"kind":"failed","reason":"no"}');
    expect(linesOf(await response.text())).toEqual([{ kind: "failed", reason: "no" }]);
    await expect.poll(() => redis.exists(keys.attachment(id)), { interval: 5 }).toBe(0);
  });

  test.each([
    ["nobody takes it", "nothing", async () => {}],
    [
      "somebody took it and did not answer",
      "taken",
      async (id: string) => void (await redis.hdel(keys.requests, id)),
    ],
    [
      "the answers stop",
      "answer",
      async (id: string) => {
        await redis.hdel(keys.requests, id);
        await redis.rpush(keys.answers(id), '{"kind":"qr","qr":"one"}');
      },
    ],
  ])("when %s, patience is over, and nothing is left in the store", async (_, after, act) => {
    const response = await post({ verb: "pair", organization: "loja" }, "?notice=0.5&patience=0.2");
    await act((await requested()).id);
    expect(linesOf(await response.text()).at(-1)).toEqual({ kind: "silent", after });
    await expect.poll(() => redis.keys(`${keys.prefix}:*`), { interval: 5 }).toEqual([]);
  });

  test("who hangs up takes the request back", async () => {
    const hangUp = new AbortController();
    await post({ verb: "pair", organization: "loja" }, "", hangUp.signal);
    await requested();
    hangUp.abort();
    await expect.poll(() => redis.exists(keys.requests), { interval: 5 }).toBe(0);
    await expect.poll(connections, { interval: 5 }).toBe(1);
  });

  test.each([
    ["no verb", { organization: "loja" }, ""],
    ["an attachment that is no list of texts", { verb: "pair", attachment: [1] }, ""],
    ["a patience that would be for ever", { verb: "pair" }, "?patience=0"],
    ["a parameter that there is not", { verb: "pair" }, "?patiense=3"],
  ])("%s is refused with the reason", async (_, body, query) => {
    const response = await post(body, query);
    expect(response.status).toBe(400);
    expect((await response.json()) as object).toEqual({ error: expect.stringMatching(/\S/) });
    expect(await redis.exists(keys.requests)).toBe(0);
  });

  test("more at once than there are connections for are put off", async () => {
    const hangUp = new AbortController();
    const asked = await Promise.all(
      Array.from({ length: 20 }, () => post({ verb: "pair" }, "", hangUp.signal)),
    );
    expect(asked.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect((await post({ verb: "pair" })).status).toBe(429);
    hangUp.abort();
    await expect.poll(connections, { interval: 5 }).toBe(1);
    const later = await post({ verb: "pair" }, "?notice=0.1");
    expect(linesOf(await later.text())).toEqual([{ kind: "silent", after: "nothing" }]);
  });
});

/** Of this test to the store. */
async function connections(): Promise<number> {
  const list = (await redis.client("LIST")) as string;
  return list.trim().split("\n").length;
}

test("a close of the process does not wait for who is still being answered", async () => {
  const response = await post({ verb: "pair", organization: "loja" });
  await requested();
  const ended = response.text().catch(() => "cut");
  await app.close();
  expect(await ended).toBe("cut");
});
