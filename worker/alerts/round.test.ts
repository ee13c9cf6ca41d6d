import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { describe, expect, test } from "vitest";
import { useRecord, type Deployment } from "../conversation/record-fixture.ts";
import { commandsOf } from "../dev/redis-commands.ts";
import { noReplies } from "../metrics/reply-window.ts";
import { alertKeysOf } from "./keys.ts";
import { conclude, look, type Look, type LookOptions } from "./round.ts";
import { silenceField } from "./silences.ts";

const deployment = useRecord();
const HOUR_MS = 3_600_000;
const quiet = { replies: noReplies(), openBreakers: 0, lost: 0, stopped: [] };

function lookAt(here: Deployment, options: Partial<LookOptions> = {}): Promise<Look> {
  const common = { everyMs: HOUR_MS, process: "p", report: quiet, budgets: [], doubtful: [] };
  return look(here.redis, here.keys, { ...common, ...options });
}

/** As if nobody had looked in this interval. */
async function again(here: Deployment): Promise<void> {
  await here.redis.hdel(alertKeysOf(here.keys).alerts, "round");
}

describe("who judges", () => {
  test("of many that look at once, the first one, and another one in the next interval", async () => {
    const here = deployment();
    const everyMs = 1_000;
    const { at } = await lookAt(deployment(), { everyMs });
    await delay(everyMs - (at % everyMs) + 20);
    for (let interval = 0; interval < 2; interval++) {
      const looks = await Promise.all(
        Array.from({ length: 8 }, (_, index) => lookAt(here, { everyMs, process: `p${index}` })),
      );
      expect(looks.filter(({ judge }) => judge !== undefined)).toHaveLength(1);
      await delay(everyMs);
    }
  });

  test("what was judged while another one judged later counts for nothing", async () => {
    const here = deployment();
    const { judge } = await lookAt(here);
    const outgoing = [
      { event: { id: "depth.1.fired", kind: "fired", rule: "depth", at: 2, since: 1 }, ways: ["webhook"] },
    ] as const;
    const state = { "depth ": { firingSince: 1, told: true } };
    expect(await conclude(here.redis, here.keys, { round: "1", state, outgoing })).toBe("late");
    expect(await conclude(here.redis, here.keys, { round: judge!.round, state, outgoing })).toBe("stored");
    await again(here);
    expect((await lookAt(here)).judge).toMatchObject({ state, outgoing });
  });
});

test("however many organizations something happens to at once, all of it is kept to be told", async () => {
  const here = deployment();
  const { judge } = await lookAt(here);
  const outgoing = Array.from({ length: 5_000 }, (_, index) => {
    const [rule, organization] = ["session-down", `o${index}`];
    const id = `${rule}.${organization}.1.fired`;
    return { event: { id, kind: "fired", rule, organization, at: 2, since: 1 }, ways: ["webhook"] } as const;
  });
  expect(await conclude(here.redis, here.keys, { round: judge!.round, state: {}, outgoing })).toBe("stored");
  await again(here);
  expect((await lookAt(here)).judge?.outgoing).toHaveLength(5_000);
});

describe("what is judged", () => {
  test("what each process said of itself lately, and nothing of those that are gone", async () => {
    const here = deployment();
    await lookAt(here, { process: "gone", report: { ...quiet, openBreakers: 1 } });
    const { reports } = alertKeysOf(here.keys);
    const [, ...said] = (await here.redis.hget(reports, "gone"))!.split(" ");
    await here.redis.hset(reports, "gone", [Date.now() - 3 * HOUR_MS, ...said].join(" "));
    await lookAt(here, { process: "one", report: { ...quiet, stopped: ["message"] } });
    await again(here);
    const { judge } = await lookAt(here, { process: "two", report: { ...quiet, lost: 2 } });
    expect(judge?.observation.reports).toEqual(
      expect.arrayContaining([
        { ...quiet, stopped: ["message"] },
        { ...quiet, lost: 2 },
      ]),
    );
    expect(judge?.observation.reports).toHaveLength(2);
    expect(await here.redis.hkeys(reports)).not.toContain("gone");
  });

  test("conversations, queues, sessions and shards of the deployment", async () => {
    const here = deployment();
    const chat = await here.chat("acme");
    await chat.say("a");
    const session = { state: "ended", since: 1, reason: "dropped", place: "", process: "p" };
    await here.redis.hset(here.keys.sessions, "acme", JSON.stringify(session));
    await here.redis.lpush(`${here.keys.prefix}:campaign:wait`, "1");
    await here.redis.hset(`${here.keys.prefix}:campaign:1`, "timestamp", Date.now() - 5_000);
    const { judge } = await lookAt(here);
    const { figures } = judge!.observation;
    expect(figures).toMatchObject({ conversations: 1, freeShards: 255, bulk: { parts: 0, paused: {} } });
    expect(figures.sessions.get("acme")).toEqual(session);
    expect(figures.queues.campaign).toMatchObject({ waiting: 1 });
    expect(figures.queues.campaign.oldestMs).toBeGreaterThanOrEqual(5_000);
    expect(figures.queues.cron).toMatchObject({ waiting: 0, oldestMs: 0 });
  });

  test("what goes to many, of every organization, and whose number pauses it, however late that is due", async () => {
    const here = deployment();
    const { redis } = here;
    const { prefix, organizations } = here.keys;
    // So many that they are not asked for at once.
    const ids = Array.from({ length: 450 }, (_, index) => `o${index}`);
    await redis.hset(organizations, Object.fromEntries(ids.map((id) => [id, "settings"])));
    const pipeline = redis.pipeline();
    for (const id of ids) {
      pipeline.zadd(`${prefix}:lanes:${id}`, 1, "campaign:x");
      pipeline.rpush(`${prefix}:lane:${id}:campaign:x`, ...(id === "o3" ? ["a", "b"] : ["a"]));
    }
    await pipeline.exec();
    const hour = { past: Date.now() - HOUR_MS, next: Date.now() + HOUR_MS };
    await redis.hset(`${prefix}:bulk:o3`, { pausedUntil: hour.past, pausedBy: "479" });
    await redis.hset(`${prefix}:bulk:o449`, { pausedUntil: hour.next, pausedBy: "463" });
    const { judge } = await lookAt(here);
    expect(judge?.observation.figures.bulk).toEqual({ parts: 451, paused: { o449: "463" } });
  });

  test("what was spent of each budget on the day", async () => {
    const here = deployment();
    await here.redis.hset(`${here.keys.prefix}:day:ana:2026-11-22`, "aiMicroUsd", 1_500_000);
    const budgets = [
      { organization: "ana", day: "2026-11-22", microUsd: 2_000_000 },
      { organization: "bia", day: "2026-11-22", microUsd: 1_000_000 },
    ];
    const { judge } = await lookAt(here, { budgets });
    expect(judge?.observation.budgets).toEqual(
      new Map([
        ["ana", { spent: 1_500_000, budget: 2_000_000 }],
        ["bia", { spent: 0, budget: 1_000_000 }],
      ]),
    );
  });

  test("memory, and what was thrown away since the look before", async () => {
    const here = deployment();
    const first = (await lookAt(here)).judge!.observation.memory;
    expect(first).toEqual({ used: expect.any(Number), limit: 0, evicted: 0 });
    const { alerts } = alertKeysOf(here.keys);
    const evicted = Number(await here.redis.hget(alerts, "evicted"));
    await here.redis.hset(alerts, "evicted", evicted - 7);
    await again(here);
    expect((await lookAt(here)).judge!.observation.memory.evicted).toBe(7);
    // A server that was started anew counts from 0.
    await here.redis.hset(alerts, "evicted", evicted + 100);
    await again(here);
    expect((await lookAt(here)).judge!.observation.memory.evicted).toBe(0);
  });

  test("a host that does not let INFO be asked leaves its memory unknown, and the rest as it is", async () => {
    const here = deployment();
    await here.redis.call("ACL", "SETUSER", "careful", "on", ">careful", "~*", "&*", "+@all", "-info");
    const { host, port } = here.redis.options;
    const careful = new Redis({
      host: host ?? "127.0.0.1",
      port: port ?? 6379,
      username: "careful",
      password: "careful",
      enableReadyCheck: false,
    });
    const { judge } = await look(careful, here.keys, {
      everyMs: HOUR_MS,
      process: "p",
      report: quiet,
      budgets: [],
      doubtful: [],
    });
    careful.disconnect();
    expect(judge?.observation.memory).toEqual({ used: undefined, limit: undefined, evicted: undefined });
    expect(judge?.observation.figures.freeShards).toBe(256);
  });

  test("silences that are not over, and the others are forgotten", async () => {
    const here = deployment();
    const { alerts } = alertKeysOf(here.keys);
    const until = Date.now() + HOUR_MS;
    await here.redis.hset(alerts, silenceField("depth", undefined), until);
    await here.redis.hset(alerts, silenceField("session-down", "ana"), Date.now() - 1);
    expect((await lookAt(here)).judge?.silences).toEqual({ "depth *": until });
    expect(await here.redis.hkeys(alerts)).not.toContain(silenceField("session-down", "ana"));
  });
});

describe("what a look costs", () => {
  test("one command, and little inside, for whoever does not judge", async () => {
    const here = deployment();
    await lookAt(here);
    expect(await commandsOf(here.redis, () => lookAt(here))).toEqual({
      evalsha: 1,
      time: 1,
      hset: 1,
      hget: 1,
    });
    const doubtful = await commandsOf(here.redis, () => lookAt(here, { doubtful: ["message-1"] }));
    expect(doubtful).toMatchObject({ evalsha: 1, exists: 1, hexists: 1 });
  });

  test("one command for whoever judges, and inside no more the more organizations there are", async () => {
    const here = deployment();
    const cost = async (): Promise<number> => {
      await again(here);
      const commands = await commandsOf(here.redis, () => lookAt(here));
      expect(commands["evalsha"]).toBe(1);
      // It asks INFO itself, which the count leaves out.
      return Object.values(commands).reduce((sum, calls) => sum + calls, 0);
    };
    await lookAt(here);
    const few = await cost();
    for (let organization = 0; organization < 100; organization++)
      await here.redis.hset(here.keys.sessions, `o${organization}`, '{"state":"open","since":1}');
    expect(await cost()).toBe(few);
    expect(few).toBeLessThanOrEqual(18);
  });
});
