import { DateTime } from "luxon";
import { expect, test } from "vitest";
import { dayKey } from "../conversation/day-counts.ts";
import { dueKey } from "../conversation/keys.ts";
import { policyOf } from "../conversation/policy.ts";
import { useRecord, type Deployment } from "../conversation/record-fixture.ts";
import { shardOf } from "../sessions/shards.ts";
import { readSessionFacts } from "./session-facts.ts";
import { readHealth, saveHealth, type SessionHealth } from "./session-health.ts";

const deployment = useRecord();
const HOUR = 3_600_000;
const UTC = { id: "acme", timeZone: "UTC" };

const factsOf = async (one: Deployment) => (await readSessionFacts(one.redis, one.keys, [UTC]))[0]!.facts;

async function session(one: Deployment, record: object, alive = true): Promise<void> {
  await one.redis.hset(one.keys.sessions, "acme", JSON.stringify({ place: "", process: "p1", ...record }));
  if (alive) await one.redis.hset(one.keys.process("p1"), "slot", "0");
}

test("nothing is known of an organization that never had a phone", async () => {
  expect(await factsOf(await deployment())).toEqual({
    organization: "acme",
    ownerAlive: false,
    paired: false,
    refusedToday: 0,
    stuck: 0,
  });
});

test("a session, whether its process is there, and what was refused today", async () => {
  const one = await deployment();
  await session(one, { state: "ended", since: 5, reason: "dropped" });
  await one.redis.set(one.keys.credentials("acme"), "sealed");
  const chat = await one.chat();
  await chat.say("a");
  await chat.commit(await chat.think(), "one");
  await chat.refuse((await chat.part()).id);
  expect(await factsOf(one)).toMatchObject({
    record: { state: "ended", since: 5, reason: "dropped" },
    ownerAlive: true,
    paired: true,
    refusedToday: 1,
    stuck: 0,
  });
  const [found] = await readSessionFacts(one.redis, one.keys, [UTC]);
  expect(found!.facts.lastInbound).toBeGreaterThan(found!.moment.at - HOUR);
  await one.redis.del(one.keys.process("p1"));
  expect((await factsOf(one)).ownerAlive).toBe(false);
});

test("conversations that should long have been looked at are stuck; lanes and notices wait by intention", async () => {
  const one = await deployment();
  const long = Date.now() - HOUR;
  await one.redis.sadd(`${one.keys.prefix}:due`, shardOf("acme"), shardOf("other"));
  const due = (organization: string, member: string, at: number) =>
    one.redis.zadd(dueKey(one.keys.prefix, shardOf(organization)), at, `${organization} ${member}`);
  await due("acme", "1@lid", long);
  await due("acme", "2@lid", long + 1_000);
  await due("acme", "3@lid", Date.now());
  for (const member of ["bulk", "notices", "run:1"]) await due("acme", member, long);
  await due("other", "1@lid", long);
  expect(await factsOf(one)).toMatchObject({ stuck: 2, stuckSince: long });
});

test("after hours of silence the hours of today and of the weeks before are known, and not before", async () => {
  const one = await deployment();
  const chats = `${one.keys.prefix}:chats:acme`;
  const today = policyOf(undefined).day;
  const lastWeek = DateTime.utc().minus({ weeks: 1 }).toISODate();
  await one.redis.hset(dayKey(one.keys.prefix, "acme", today), "received:08", "3");
  await one.redis.hset(dayKey(one.keys.prefix, "acme", lastWeek), "received:23", "7");
  await one.redis.zadd(chats, Date.now() - HOUR, "1@lid");
  expect(await factsOf(one)).not.toHaveProperty("hours");
  await one.redis.zadd(chats, Date.now() - 3 * HOUR, "1@lid");
  const { hours } = await factsOf(one);
  expect([hours!.today[8], hours!.today[9], hours!.before[0]![23]]).toEqual([3, 0, 7]);
  expect(hours!.before.map((day) => day.length)).toEqual([24, 24, 24, 24]);
});

test("whatever the number of organizations, it is one command", async () => {
  const one = await deployment();
  const many = Array.from({ length: 50 }, (_, index) => ({ id: `o${index}`, timeZone: "America/Sao_Paulo" }));
  await readSessionFacts(one.redis, one.keys, many);
  const scripts = async (): Promise<number> =>
    Number(/cmdstat_evalsha:calls=(\d+)/.exec(await one.redis.info("commandstats"))?.[1]);
  const before = await scripts();
  expect(await readSessionFacts(one.redis, one.keys, many)).toHaveLength(50);
  expect((await scripts()) - before).toBe(1);
});

test("what a check found is read as it was written, and goes with its organization", async () => {
  const one = await deployment();
  const health: SessionHealth = {
    organization: "acme",
    at: 1,
    standing: "open",
    stuck: 0,
    refusedToday: 0,
    problems: [],
  };
  await saveHealth(one.redis, one.keys, [health, { ...health, organization: "other" }], []);
  await saveHealth(one.redis, one.keys, [{ ...health, at: 2 }], ["other"]);
  expect(await readHealth(one.redis, one.keys)).toEqual(new Map([["acme", { ...health, at: 2 }]]));
  await saveHealth(one.redis, one.keys, [], []);
});
