import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { useRecord, type Deployment } from "../conversation/record-fixture.ts";
import { commandsOf } from "../dev/redis-commands.ts";
import { metricsPage } from "../dev/metrics-page.ts";
import { PROOF_JOB, TURN_JOB } from "../jobs/message/job.ts";
import { Exposition } from "./exposition.ts";
import { LABELS } from "./labels.ts";
import { Meters } from "./meters.ts";
import { parseMetrics, type Family } from "./prometheus-fixture.ts";

const deployment = useRecord();
const made: Meters[] = [];
afterEach(() => {
  for (const meters of made.splice(0)) meters.stop();
});

function metersOf(here: Deployment) {
  const meters = new Meters();
  made.push(meters);
  const exposition = new Exposition({ redis: here.redis, keys: here.keys, meters });
  return { meters, exposition };
}

async function read(exposition: Exposition): Promise<Map<string, Family>> {
  return parseMetrics(await exposition.text());
}

function valueIn(
  families: Map<string, Family>,
  name: string,
  labels: Record<string, string> = {},
): number | undefined {
  const wanted = JSON.stringify(Object.entries(labels).toSorted());
  return [...families.values()]
    .flatMap(({ series }) => series)
    .find((one) => one.name === name && JSON.stringify(Object.entries(one.labels).toSorted()) === wanted)
    ?.value;
}

const usage = {
  model: "m",
  calls: 1,
  promptTokens: 100,
  completionTokens: 20,
  microUsd: 250_000,
  unpriced: 0,
};

/** Everything is counted once at least, and some of it under names that nobody expects. */
function workHard(meters: Meters): void {
  const workers = ["message-3", "campaign", "automation", "cron", "message-412", "queue of a tenant"];
  for (const name of workers) {
    const on = vi.fn<(event: string, listener: (job: { name: string } | undefined) => void) => void>();
    meters.watch({ name, on });
    for (const [, listener] of on.mock.calls) listener({ name: TURN_JOB });
    for (const [, listener] of on.mock.calls) listener({ name: PROOF_JOB });
  }
  meters.answered({ queueMs: 12, aiMs: 2_400, sendMs: 90 });
  for (const turn of [
    7,
    "campaign spring",
    "automation run-1",
    "notice alert.depth",
    "ana 5511999",
    "prêmio",
  ]) {
    meters.part({ turn, sends: 3 }, "acked");
    meters.part({ turn, sends: 1 }, "refused");
  }
  for (let model = 0; model < 40; model++) {
    meters.called({ model: `model-${model}`, purpose: "customer", outcome: "answered", ms: 9, usage });
    meters.breaker(`model-${model}`, "open");
  }
  meters.called({ model: "model-1", purpose: "sales" as "team", outcome: "bored" as "empty", ms: 9 });
  meters.breaker("model-1", "half-open");
  meters.lost();
  meters.owner(() => 128);
}

describe("what is counted", () => {
  test("is told in Prometheus's format", async () => {
    const here = deployment();
    await here.redis.ping();
    const { meters, exposition } = metersOf(here);
    workHard(meters);
    const families = await read(exposition);
    const at = (name: string, labels?: Record<string, string>) => valueIn(families, name, labels);
    expect(at("oxy_jobs_total", { queue: "message", outcome: "completed" })).toBe(2);
    expect(at("oxy_reply_seconds_sum", { step: "total" })).toBeCloseTo(2.502);
    expect(at("oxy_reply_seconds_sum", { step: "queue" })).toBeCloseTo(0.012);
    expect(at("oxy_parts_total", { source: "reply", result: "repeated" })).toBe(2);
    expect(at("oxy_parts_total", { source: "campaign", result: "acked" })).toBe(1);
    expect(at("oxy_parts_total", { source: "other", result: "refused" })).toBe(2);
    expect(at("oxy_ai_tokens_total", { model: "model-0", direction: "prompt" })).toBe(100);
    expect(at("oxy_ai_cost_usd_total", { model: "model-0" })).toBe(0.25);
    expect(at("oxy_ai_breaker", { model: "model-1", breaker: "half-open" })).toBe(1);
    expect(at("oxy_ai_breaker", { model: "model-1", breaker: "open" })).toBe(0);
    expect(at("oxy_leases_lost_total")).toBe(1);
    expect(at("oxy_shards_held")).toBe(128);
    expect(at("oxy_memory_bytes", { memory: "rss" })).toBeGreaterThan(1e7);
    expect(at("oxy_redis_commands_total", { command: "evalsha" })).toBeGreaterThan(0);
    expect(meters.openBreakers).toBeGreaterThan(0);
    expect(meters.leasesLost).toBe(1);
  });

  test("has no label and no value of a label that is not known, whatever is told", async () => {
    const here = deployment();
    const { meters, exposition } = metersOf(here);
    workHard(meters);
    await here.redis.hset(here.keys.sessions, {
      ana: '{"state":"open","since":1}',
      bia: '{"state":"ended","since":1,"reason":"logged-out"}',
      caio: '{"state":"ended","since":1,"reason":"a word of tomorrow"}',
    });
    const labels = new Map<string, Set<string>>();
    const families = await read(exposition);
    for (const { series } of families.values())
      for (const each of series)
        for (const [label, value] of Object.entries(each.labels))
          labels.set(label, (labels.get(label) ?? new Set()).add(value));
    const { model, le, ...others } = Object.fromEntries(labels);
    for (const [label, values] of Object.entries(others)) {
      const known: readonly string[] | undefined = LABELS[label as keyof typeof LABELS];
      expect(known, `label ${label}`).toBeDefined();
      expect(known).toEqual(expect.arrayContaining([...values]));
    }
    // Models are few, and the others are told together.
    expect([...(model ?? [])]).toHaveLength(9);
    expect(model).toContain("other");
    expect(le!.size).toBeLessThanOrEqual(30);
    const all = [...families.values()].reduce((sum, { series }) => sum + series.length, 0);
    expect(all).toBeLessThanOrEqual(400);
    expect(valueIn(families, "oxy_sessions", { session: "logged-out" })).toBe(1);
    expect(valueIn(families, "oxy_sessions", { session: "other" })).toBe(1);
    expect(valueIn(families, "oxy_sessions", { session: "dropped" })).toBe(0);
  });
});

describe("what the store knows", () => {
  test("is told of the whole deployment: conversations, queues, numbers that pause, shards", async () => {
    const here = deployment();
    const chat = await here.chat("acme");
    await chat.say("a");
    const queue = `${here.keys.prefix}:campaign`;
    await here.redis
      .multi()
      .lpush(`${queue}:wait`, "1", "2")
      .hset(`${queue}:1`, "timestamp", Date.now() - 60_000)
      .zadd(`${queue}:prioritized`, 1, "3")
      .zadd(`${queue}:delayed`, (Date.now() - 1_000) * 4096, "4", (Date.now() + 60_000) * 4096, "5")
      .zadd(`${queue}:failed`, 1, "6")
      .exec();
    const { exposition } = metersOf(here);
    const families = await read(exposition);
    const at = (name: string, queueName: string) => valueIn(families, name, { queue: queueName });
    expect(at("oxy_queue_waiting", "message")).toBe(1);
    // Three, and one whose time has come and that nobody has promoted.
    expect(at("oxy_queue_waiting", "campaign")).toBe(4);
    expect(at("oxy_queue_oldest_seconds", "campaign")).toBeGreaterThanOrEqual(60);
    expect(at("oxy_queue_delayed", "campaign")).toBe(2);
    expect(at("oxy_queue_failed", "campaign")).toBe(1);
    expect(at("oxy_queue_waiting", "cron")).toBe(0);
    expect(valueIn(families, "oxy_shards_free")).toBe(255);
    expect(valueIn(families, "oxy_bulk_paused")).toBe(0);
    expect(valueIn(families, "oxy_store_known")).toBe(1);
  });

  test("is missing while the store is away, and not 0; what the process counted is told all the same", async () => {
    const here = deployment();
    const { meters, exposition } = metersOf(here);
    meters.lost();
    const away = vi.spyOn(here.redis, "evalsha").mockRejectedValue(new Error("LOADING"));
    const families = await read(exposition);
    away.mockRestore();
    expect(valueIn(families, "oxy_store_known")).toBe(0);
    for (const name of ["oxy_shards_free", "oxy_bulk_paused", "oxy_queue_waiting", "oxy_sessions"])
      expect(families.get(name)?.series).toEqual([]);
    expect(valueIn(families, "oxy_leases_lost_total")).toBe(1);
  });

  test("costs one command in five seconds, however many ask", async () => {
    const here = deployment();
    const { exposition } = metersOf(here);
    const first = await exposition.text();
    const commands = await commandsOf(here.redis, async () => {
      const texts = await Promise.all(Array.from({ length: 20 }, () => exposition.text()));
      for (const text of texts) expect(text).toBe(first);
    });
    expect(commands).toEqual({});
    const { exposition: other } = metersOf(here);
    expect(await commandsOf(here.redis, () => other.text())).toMatchObject({ evalsha: 1, time: 1 });
  });
});

test("docs/metrics.md has a row for each of them, as they are", () => {
  expect(readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8")).toBe(metricsPage());
});

test("the dashboard asks for nothing that is not told", () => {
  const { exposition } = metersOf(deployment());
  const known = new Set(exposition.described.map(({ name }) => name));
  const dashboard = readFileSync(new URL("../../docs/grafana.json", import.meta.url), "utf8");
  const asked = [...dashboard.matchAll(/oxy_[a-z_0-9]+/g)].map(([name]) =>
    name.replace(/_(bucket|sum|count)$/, ""),
  );
  expect(asked.length).toBeGreaterThan(10);
  for (const name of asked) expect(known).toContain(name);
});
