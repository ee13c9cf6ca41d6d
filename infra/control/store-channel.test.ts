import { afterEach, expect, test } from "vitest";
import { freePort } from "../supervisor/free-port.ts";
import { type Answer, type Channel, RequestFailed } from "./channel.ts";
import { StoreChannel } from "./store-channel.ts";
import { useStore } from "./store-fixture.ts";

const store = useStore();
const opened: Channel[] = [];
afterEach(() => {
  for (const channel of opened.splice(0)) channel.close();
});

function channelTo(namespace: string, url = store.url()): Channel {
  const channel = new StoreChannel(url, namespace);
  opened.push(channel);
  return channel;
}

const PATIENCE = { noticeSeconds: 5, answerSeconds: 0.2 };

/** The owner's part: takes the one request there is, and answers. */
async function answer(namespace: string, answers: readonly object[]): Promise<Record<string, unknown>> {
  const redis = store.redis();
  const requests = `{${namespace}}:requests`;
  await expect.poll(() => redis.hlen(requests), { interval: 5 }).toBe(1);
  const [[id, json] = ["", "{}"]] = Object.entries(await redis.hgetall(requests));
  const parts = await redis.lrange(`{${namespace}}:attachment:${id}`, 0, -1);
  await redis.hdel(requests, id);
  for (const one of answers) await redis.rpush(`{${namespace}}:answers:${id}`, JSON.stringify(one));
  return { ...(JSON.parse(json) as object), parts };
}

async function heard(answers: AsyncIterable<Answer>): Promise<Answer[]> {
  const all: Answer[] = [];
  for await (const one of answers) all.push(one);
  return all;
}

test("a request is answered until it is done, and what came with it is gone afterwards", async () => {
  const namespace = store.namespace();
  const before = Date.now();
  const request = { verb: "pair", organization: "loja" };
  const asked = heard(channelTo(namespace).ask(request, PATIENCE, ["k.a", "k.b"]));
  const answers = [
    { kind: "qr", qr: "one" },
    { kind: "done", account: "5511" },
  ];
  const seen = await answer(namespace, answers);
  expect(seen).toEqual({ ...request, at: expect.any(Number), parts: ["k.a", "k.b"] });
  expect(seen["at"]).toBeGreaterThanOrEqual(before);
  expect(await asked).toEqual(answers);
  expect(await store.redis().keys(`{${namespace}}:*`)).toEqual([]);
});

test("a refusal ends with the worker's reason", async () => {
  const namespace = store.namespace();
  const asked = heard(channelTo(namespace).ask({ verb: "pair", organization: "loja" }, PATIENCE));
  const refused = expect(asked).rejects.toEqual(new RequestFailed("loja is linked already"));
  await answer(namespace, [{ kind: "failed", reason: "loja is linked already" }]);
  await refused;
});

test.each([
  [
    "took the request and did not answer",
    [],
    "a worker took the request and did not answer; look at its log",
  ],
  ["stopped answering", [{ kind: "qr", qr: "one" }], "the worker stopped answering; ask again"],
])("that a worker %s is said", async (_, answers, sentence) => {
  const namespace = store.namespace();
  const patience = { noticeSeconds: 0.5, answerSeconds: 0.2 };
  const asked = heard(channelTo(namespace).ask({ verb: "pair", organization: "loja" }, patience));
  const silent = expect(asked).rejects.toEqual(new RequestFailed(sentence));
  await answer(namespace, answers);
  await silent;
});

test("the state is who is there, with what they hold, and which numbers are connected", async () => {
  const namespace = store.namespace();
  await store.join(namespace, { id: "killed", shards: [] });
  await store.join(namespace, { id: "one", place: "fly/gru", image: "sha256:ab", shards: [1, 2, 3] });
  await store.lose(namespace, "killed");
  const redis = store.redis();
  await redis.hset(`{${namespace}}:leases`, "4", "one 1 5", "5", "- 9 0");
  const session = { state: "open", since: 7, place: "fly/gru", process: "one", gapMs: 12, gapFrom: "end" };
  await redis.hset(`{${namespace}}:sessions`, "loja", JSON.stringify(session));
  expect(await channelTo(namespace).state()).toEqual({
    at: expect.any(Number),
    processes: [{ id: "one", fleet: "main", place: "fly/gru", image: "sha256:ab", shards: 3 }],
    sessions: { loja: session },
  });
});

test("alerts are as workers leave them, and a silence as they read it", async () => {
  const namespace = store.namespace();
  const channel = channelTo(namespace);
  const at = expect.any(Number);
  expect(await channel.alerts()).toEqual({ at, rules: [], firing: [], silences: [] });
  const key = `{${namespace}}:alerts`;
  const state = {
    "depth ": { firingSince: 5, told: true },
    "session-down a": { firingSince: 6 },
    "x b": { badSince: 7 },
  };
  await store.redis().hset(key, { state: JSON.stringify(state), rules: "depth session-down", round: "9" });
  await store.redis().hset(key, "silence over *", Date.now() - 1);
  await channel.silence({ rule: "depth", minutes: 30 });
  await channel.silence({ rule: "session-down", organization: "a", minutes: 5 });
  expect(await channel.alerts()).toEqual({
    at,
    rules: ["depth", "session-down"],
    firing: [
      { rule: "depth", since: 5, told: true },
      { rule: "session-down", organization: "a", since: 6, told: false },
    ],
    silences: [
      { rule: "depth", until: expect.any(Number) },
      { rule: "session-down", organization: "a", until: expect.any(Number) },
    ],
  });
  const until = Number(await store.redis().hget(key, "silence depth *"));
  expect(Math.abs(until - Date.now() - 30 * 60_000)).toBeLessThan(10_000);
  await channel.silence({ rule: "depth", minutes: 0 });
  expect(await store.redis().hexists(key, "silence depth *")).toBe(0);
  channel.close();
});

test("a store that is away is said, and asked again when it is there", async () => {
  const url = `redis://127.0.0.1:${await freePort()}`;
  const channel = channelTo("trial", url);
  const away = /^the store cannot be reached: .*ECONNREFUSED/;
  await expect(channel.state()).rejects.toThrow(away);
  await expect(channel.state()).rejects.toThrow(away);
  await expect(heard(channel.ask({ verb: "pair", organization: "loja" }, PATIENCE))).rejects.toThrow(away);
});

test("a wrong password is said without it", async () => {
  const url = store.url().replace(/:[^:@/]+@/, ":wrong-password@");
  const error = await channelTo("trial", url)
    .state()
    .catch((reason: Error) => reason);
  expect(error).toBeInstanceOf(RequestFailed);
  expect((error as Error).message).toMatch(/WRONGPASS|NOAUTH/);
  expect((error as Error).message).not.toContain("wrong-password");
});
