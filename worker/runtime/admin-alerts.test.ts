import Fastify from "fastify";
import { afterEach, expect, test } from "vitest";
import { announceRules } from "../alerts/overview.ts";
import { alertKeysOf } from "../alerts/keys.ts";
import { useRecord, type Deployment } from "../conversation/record-fixture.ts";
import { addAlerts } from "./admin-alerts.ts";

const deployment = useRecord();
const apps: ReturnType<typeof Fastify>[] = [];
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

function served(here: Deployment) {
  const app = Fastify();
  apps.push(app);
  addAlerts(app, here);
  return {
    get: async () => (await app.inject("/alerts")).json<Record<string, unknown>>(),
    post: async (payload: object) => {
      const response = await app.inject({ method: "POST", url: "/alerts/silences", payload });
      return { status: response.statusCode, body: response.json<Record<string, unknown>>() };
    },
  };
}

test("what fires and what is silenced is as the last look left it", async () => {
  const here = deployment();
  const { get } = served(here);
  const at = expect.any(Number);
  expect(await get()).toEqual({ at, rules: [], firing: [], silences: [] });
  await announceRules(here.redis, here.keys, ["depth", "session-down"]);
  const state = {
    "depth ": { firingSince: 5, told: true },
    "session-down ana": { firingSince: 6 },
    "session-down bia": { badSince: 7 },
  };
  await here.redis.hset(alertKeysOf(here.keys).alerts, "state", JSON.stringify(state));
  expect(await get()).toEqual({
    at,
    rules: ["depth", "session-down"],
    firing: [
      { rule: "depth", since: 5, told: true },
      { rule: "session-down", organization: "ana", since: 6, told: false },
    ],
    silences: [],
  });
});

test("a silence is of one organization or of all, until it is over or ended", async () => {
  const { post, get } = served(deployment());
  const [before, { status, body }] = [Date.now(), await post({ rule: "depth", minutes: 30 })];
  const [silence] = body["silences"] as { rule: string; until: number }[];
  expect([status, silence?.rule]).toEqual([200, "depth"]);
  expect(silence!.until - before).toBeGreaterThan(29 * 60_000);
  expect(silence!.until - before).toBeLessThan(31 * 60_000);
  await post({ rule: "session-down", organization: "ana", minutes: 0.001 });
  await post({ rule: "session-down", organization: "bia", minutes: 5 });
  await expect.poll(async () => ((await get())["silences"] as unknown[]).length).toBe(2);
  await post({ rule: "depth", minutes: 0 });
  expect((await get())["silences"]).toEqual([
    { rule: "session-down", organization: "bia", until: expect.any(Number) },
  ]);
});

test.each([
  { rule: "deep", minutes: 1 },
  { rule: "depth" },
  { rule: "depth", minutes: -1 },
  { rule: "depth", minutes: 1e9 },
  { rule: "depth", minutes: 1, organization: "a b" },
  { rule: "depth", minutes: 1, until: 5 },
])("%j is refused with the reason", async (silence) => {
  const here = deployment();
  const { post } = served(here);
  const { status, body } = await post(silence);
  expect([status, body["error"]]).toEqual([400, expect.stringMatching(/./)]);
  expect(await here.redis.exists(alertKeysOf(here.keys).alerts)).toBe(0);
});
