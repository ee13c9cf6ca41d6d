import { describe, expect, test } from "vitest";
import { HOUR, ORGANIZATION, tag, useAutomations, type Given } from "./automations-fixture.ts";
import { listRefusals } from "./run-list.ts";

const deployment = useAutomations();

describe("a schedule", () => {
  const daily: Given = {
    id: "daily",
    trigger: { on: "schedule", cron: "0 9 * * *", audience: { tag: "club" } },
    steps: [tag("told")],
  };

  test("begins one run for each contact of its audience, in batches, and is due again the next time", async () => {
    const all = deployment();
    await all.put(daily);
    const chats = Array.from({ length: 120 }, (_, index) => `${1_000 + index}@lid`);
    for (const chat of chats) await all.automations.tag({ organization: ORGANIZATION, chat }, "club");
    const key = `${all.keys.prefix}:run:${ORGANIZATION}:schedule-daily`;
    const first = Number(await all.redis.hget(key, "at"));
    expect(first).toBeGreaterThan(await all.now());
    await all.hasten("schedule-daily");
    // Each batch waits for the one before.
    for (let batch = 1; batch <= 3; batch++) {
      await all.settle();
      expect(await all.ended()).toHaveLength(Math.min(120, 50 * batch));
      if (batch < 3) await all.hasten("schedule-daily");
    }
    const runs = await all.ended();
    expect(new Set(runs.map(({ chat }) => chat)).size).toBe(120);
    expect(Number(await all.redis.hget(key, "at"))).toBe(first);
    expect(await all.due()).toEqual([]);
  });

  test("which was missed for a day waits for its next time", async () => {
    const all = deployment();
    await all.put(daily);
    await all.automations.tag({ organization: ORGANIZATION, chat: "1@lid" }, "club");
    const key = `${all.keys.prefix}:run:${ORGANIZATION}:schedule-daily`;
    await all.hasten("schedule-daily");
    await all.redis.hset(key, "at", (await all.now()) - 24 * HOUR);
    await all.settle();
    expect(await all.ended()).toEqual([]);
    expect(Number(await all.redis.hget(key, "at"))).toBeGreaterThan(await all.now());
  });

  test("leaves room for what customers start, and goes on in the next hour", async () => {
    const all = deployment();
    all.settings = { ...all.settings, automationRunsPerHour: 20 };
    await all.put(daily);
    for (let index = 0; index < 15; index++)
      await all.automations.tag({ organization: ORGANIZATION, chat: `${index}@lid` }, "club");
    await all.hasten("schedule-daily");
    await all.settle();
    expect(await all.ended()).toHaveLength(10);
    const key = `${all.keys.prefix}:run:${ORGANIZATION}:schedule-daily`;
    expect(Number(await all.redis.hget(key, "at")) % HOUR).toBe(0);
    expect(await listRefusals(all.redis, all.keys, ORGANIZATION, "any")).toEqual([]);
  });

  test("is gone with its automation, and off while that is", async () => {
    const all = deployment();
    await all.put(daily);
    const key = `${all.keys.prefix}:run:${ORGANIZATION}:schedule-daily`;
    await all.automations.enable(ORGANIZATION, "daily", false);
    expect(await all.redis.exists(key)).toBe(0);
    await all.automations.enable(ORGANIZATION, "daily", true);
    expect(await all.redis.exists(key)).toBe(1);
    await all.automations.remove(ORGANIZATION, "daily");
    expect(await all.redis.exists(key)).toBe(0);
    expect(await all.redis.zcard(`${all.keys.prefix}:due:${(await all.talk()).lease.shard}`)).toBe(0);
  });
});
