import { expect, test } from "vitest";
import { BusinessData } from "../aurora/business-data.ts";
import { useRecord, type Chat, type Deployment } from "../conversation/record-fixture.ts";
import { keptOpportunities, opportunitiesKey, readOpportunities } from "./opportunities.ts";
import { readQuiet } from "./quiet-conversations.ts";

const deployment = useRecord();
const HOUR = 3_600_000;

/** A customer who asked and was answered. */
async function talked(one: Deployment, chat = "1@lid", organization = "acme"): Promise<Chat> {
  const talk = await one.chat(organization, chat);
  await talk.receive({
    kind: "customer",
    id: "a",
    sender: chat,
    at: Date.now(),
    text: "quanto custa?",
    name: "Ana",
    number: "5511987654321",
  });
  await talk.commit(await talk.think(), "R$ 50");
  await talk.drain();
  return talk;
}

const quietIn = async (one: Deployment, hours: number, organization = "acme", team: readonly string[] = []) =>
  await readQuiet(
    new BusinessData({ redis: one.redis, prefix: one.keys.prefix, sealing: one.sealing }, organization, team),
    Date.now() + hours * HOUR,
  );

test("a day after our last word a conversation is quiet, with what was said and who it is", async () => {
  const one = await deployment();
  await talked(one);
  expect(await quietIn(one, 23)).toEqual([]);
  const [found] = await quietIn(one, 25);
  expect(found).toMatchObject({ chat: "1@lid", name: "Ana", number: "5511987654321" });
  expect(found!.said.map(({ role, text }) => `${role}: ${text}`)).toEqual([
    "customer: quanto custa?",
    "assistant: R$ 50",
  ]);
});

test("it is quiet since the last word of either: what we wrote later begins the day anew", async () => {
  const one = await deployment();
  const talk = await talked(one);
  // The customer wrote two days ago, and somebody of ours today.
  await one.redis.zincrby(`${one.keys.prefix}:chats:acme`, -48 * HOUR, "1@lid");
  expect(await quietIn(one, 1)).toEqual([]);
  expect(await quietIn(one, 25)).toHaveLength(1);
  // Something of ours is on its way there.
  await one.record.enqueue(talk.conversation, { source: "message", run: "x", part: 0, text: "novidade" });
  expect(await quietIn(one, 25)).toEqual([]);
});

test("after a fortnight it is cold", async () => {
  const one = await deployment();
  await talked(one);
  expect(await quietIn(one, 13 * 24)).toHaveLength(1);
  expect(await quietIn(one, 15 * 24)).toEqual([]);
});

test("never one of another organization", async () => {
  const one = await deployment();
  await talked(one, "1@lid", "acme");
  await talked(one, "2@lid", "other");
  expect((await quietIn(one, 25, "acme")).map(({ chat }) => chat)).toEqual(["1@lid"]);
  expect((await quietIn(one, 25, "other")).map(({ chat }) => chat)).toEqual(["2@lid"]);
});

test("not one that a person has, that has opted out, that waits for us, or that is the team's", async () => {
  const one = await deployment();
  await one.record.handOver((await talked(one, "handed@lid")).conversation, { forMs: HOUR, reason: "asked" });
  const silenced = await talked(one, "silenced@lid");
  await silenced.owner("own", { forMs: 48 * HOUR });
  const left = await talked(one, "left@lid");
  await left.receive({
    kind: "customer",
    id: "b",
    sender: "left@lid",
    at: Date.now(),
    text: "sair",
    optOut: "Pronto",
  });
  await left.drain();
  const waits = await talked(one, "waits@lid");
  await waits.say("e agora?");
  expect(await quietIn(one, 25)).toEqual([]);
  await talked(one, "team@lid");
  expect(await quietIn(one, 25, "acme", ["5511987654321"])).toEqual([]);
});

test("what is kept of opportunities is sealed for its organization, and ends", async () => {
  const one = await deployment();
  const found = {
    day: "2026-11-25",
    by: "ai",
    list: [{ chat: "1@lid", name: "Ana", wrote: 1, reason: "perguntou o preço" }],
  } as const;
  const { key, value, forMs } = keptOpportunities(one.keys, one.sealing, "acme", { retentionDays: 3 }, found);
  expect(forMs).toBe(3 * 24 * HOUR);
  expect(value).not.toMatch(/Ana|preço/);
  await one.redis.set(key, value);
  expect(await readOpportunities(one.redis, one.keys, one.sealing, "acme")).toEqual(found);
  await one.redis.set(opportunitiesKey(one.keys, "other"), value);
  await expect(readOpportunities(one.redis, one.keys, one.sealing, "other")).rejects.toThrow("does not open");
  expect(await readOpportunities(one.redis, one.keys, one.sealing, "nobody")).toBeUndefined();
});
