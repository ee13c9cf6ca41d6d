import { describe, expect, test } from "vitest";
import { dayKey } from "./day-counts.ts";
import type { AiUsage } from "./completions.ts";
import { policyOf } from "./policy.ts";
import type { Begun } from "./types.ts";
import { MINUTE, useRecord, WROTE_AT, type Chat } from "./record-fixture.ts";

const deployment = useRecord();
const usage: AiUsage = {
  model: "m",
  calls: 2,
  promptTokens: 300,
  completionTokens: 20,
  microUsd: 57,
  unpriced: 0,
};

async function waiting(...ids: string[]): Promise<Chat> {
  const chat = await deployment().chat();
  for (const id of ids) await chat.say(id);
  return chat;
}

/** What was counted of the chat's organization today. */
async function counts({ deployment: { redis, keys }, conversation }: Chat): Promise<Record<string, string>> {
  return await redis.hgetall(dayKey(keys.prefix, conversation.organization, policyOf(undefined).day));
}

/** A message of the organization's own people. */
async function asked(chat: Chat, id: string): Promise<void> {
  await chat.receive({ kind: "customer", id, sender: "551@lid", at: WROTE_AT, text: id, who: "team" });
}

describe("an AI that answers nobody", () => {
  test("uses up no attempts while the customer is patient", async () => {
    const chat = await waiting("a");
    for (let time = 0; time < 5; time++) {
      const thought = await chat.think();
      expect(thought).toMatchObject({ turn: 1, attempt: 1 });
      expect(await chat.fail(thought, { maxAttempts: 1, patienceMs: MINUTE })).toEqual({
        kind: "again",
        inMs: 0,
      });
    }
    expect(await chat.view()).toMatchObject({ state: "waiting", attempts: 0, outbound: 0 });
  });

  test("is tried for the last time when the patience ends, however long it asks to be left alone", async () => {
    const chat = await waiting("a");
    const failed = await chat.fail(await chat.think(), { backoffMs: 60 * MINUTE, patienceMs: MINUTE });
    if (failed.kind !== "again") throw new Error(`expected another try, got ${failed.kind}`);
    expect(failed.inMs).toBeGreaterThan(0);
    expect(failed.inMs).toBeLessThanOrEqual(MINUTE);
    expect((await chat.view()).due).toBeLessThanOrEqual(Date.now() + MINUTE);
  });

  test("is given up after that, with the fallback message once", async () => {
    const chat = await waiting("a");
    expect(await chat.fail(await chat.think(), { patienceMs: 0 })).toEqual({ kind: "failed" });
    expect(await chat.drain()).toEqual(["sorry"]);
    expect(await chat.view()).toMatchObject({ state: "failed", inbound: 1 });
  });

  test("does not take back what other attempts used up", async () => {
    const chat = await waiting("a");
    await chat.fail(await chat.think(), { maxAttempts: 2 });
    await chat.fail(await chat.think(), { maxAttempts: 2, patienceMs: MINUTE });
    expect(await chat.fail(await chat.think(), { maxAttempts: 2 })).toEqual({ kind: "failed" });
  });

  test("has its attempts counted where a person tries again what everybody was told of", async () => {
    const chat = await waiting("a");
    await chat.fail(await chat.think(), { maxAttempts: 1 });
    await chat.drain();
    await chat.record.retry(chat.lease, chat.conversation);
    await chat.fail(await chat.think(), { maxAttempts: 2, patienceMs: MINUTE });
    expect(await chat.fail(await chat.think(), { maxAttempts: 2, patienceMs: MINUTE })).toEqual({
      kind: "failed",
    });
  });
});

describe("who fails at once", () => {
  test("asks for a moment where the next attempt is past the objective, once in the turn", async () => {
    const chat = await waiting("a");
    const late = { backoffMs: 20, patienceMs: MINUTE, holdAfterMs: 10 };
    await chat.fail(await chat.think(), late);
    expect(await chat.drain()).toEqual(["one moment"]);
    const tries: Begun[] = [];
    await expect.poll(async () => tries.unshift(await chat.begin()) && tries[0]?.kind).toBe("think");
    const [again] = tries;
    if (again?.kind !== "think") throw new Error("unreachable");
    expect(again).toMatchObject({ turn: 1, held: true });
    await chat.fail(again, late);
    expect(await chat.drain()).toEqual([]);
  });

  test("says nothing while the objective may still be met", async () => {
    const chat = await waiting("a");
    await chat.fail(await chat.think(), { backoffMs: 1_000, holdAfterMs: MINUTE });
    expect(await chat.view()).toMatchObject({ state: "waiting", outbound: 0 });
  });

  test("asks for no moment when it gives up", async () => {
    const chat = await waiting("a");
    await chat.fail(await chat.think(), { maxAttempts: 1, holdAfterMs: 0 });
    expect(await chat.drain()).toEqual(["sorry"]);
  });
});

describe("what the AI used is counted", () => {
  const counted = { aiCalls: "2", promptTokens: "300", completionTokens: "20", aiMicroUsd: "57" };

  test("with the answer, and handed to the next turn as what was spent", async () => {
    const chat = await waiting("a");
    const thought = await chat.think();
    expect(thought.spentMicroUsd).toBe(0);
    await chat.record.commit(chat.lease, chat.conversation, thought, ["one"], usage);
    expect(await counts(chat)).toMatchObject(counted);
    await chat.drain();
    await chat.say("b");
    expect((await chat.think()).spentMicroUsd).toBe(57);
  });

  test("with an attempt that failed", async () => {
    const chat = await waiting("a");
    await chat.fail(await chat.think(), { usage });
    expect(await counts(chat)).toMatchObject(counted);
  });

  test("also when the turn is another's by now, which was paid for all the same", async () => {
    const chat = await waiting("a");
    const first = await chat.think({ attemptMs: 0 });
    await chat.think();
    expect(await chat.record.commit(chat.lease, chat.conversation, first, ["one"], usage)).toBe("stale");
    await chat.fail(first, { usage });
    expect(await counts(chat)).toMatchObject({ aiCalls: "4", aiMicroUsd: "114" });
    expect(await chat.view()).toMatchObject({ state: "thinking", outbound: 0 });
  });

  test("outside of a turn", async () => {
    const chat = await waiting();
    await chat.record.spent(chat.conversation.organization, { ...usage, unpriced: 1 });
    expect(await counts(chat)).toEqual({ ...counted, aiUnpriced: "1" });
  });
});

describe("a turn that is left to a person", () => {
  const leaving = { forMs: MINUTE, reason: "refused-1", reply: "somebody comes", usage };

  test("ends with what the customer reads", async () => {
    const chat = await waiting("a");
    const turn = await chat.think();
    expect(await chat.record.handOver(chat.conversation, { ...leaving, turn })).toBe("handed");
    expect(await chat.drain()).toEqual(["somebody comes"]);
    expect(await chat.view()).toMatchObject({ state: "rest", inbound: 0 });
    expect(await counts(chat)).toMatchObject({ handed: "1", aiCalls: "2" });
    expect(await chat.commit(turn, "too late")).toBe("stale");
  });

  test("is not, once it is another's", async () => {
    const chat = await waiting("a");
    const turn = await chat.think({ attemptMs: 0 });
    const current = await chat.think();
    expect(await chat.record.handOver(chat.conversation, { ...leaving, turn })).toBe("stale");
    expect(await counts(chat)).not.toHaveProperty("handed");
    expect(await chat.commit(current, "one")).toBe("committed");
    expect(await chat.drain()).toEqual(["one"]);
  });

  test("says the same once, however often it comes to that", async () => {
    const chat = await waiting("a");
    const budget = { ...leaving, forMs: 0, reason: "budget-2026-11-25" };
    await chat.record.handOver(chat.conversation, { ...budget, turn: await chat.think() });
    expect(await chat.drain()).toEqual(["somebody comes"]);
    await chat.say("b");
    await chat.record.handOver(chat.conversation, { ...budget, turn: await chat.think() });
    expect(await chat.drain()).toEqual([]);
    expect(await chat.view()).toMatchObject({ state: "rest", inbound: 0 });
  });
});

test("an answer to what a flood has moved to the history leaves the flood to the next turn", async () => {
  const chat = await waiting("a");
  const thought = await chat.think();
  const flood = Array.from({ length: 100 }, (_, index) => `m${index}`);
  for (const id of flood) await chat.say(id);
  expect(await chat.commit(thought, "one")).toBe("committed");
  expect(await chat.lists()).toMatchObject({ inbound: flood, history: ["customer: a"] });
  expect(await chat.drain()).toEqual(["one"]);
  expect((await chat.think()).messages.map(({ id }) => id)).toEqual(flood);
});

describe("the organization's own people", () => {
  test("are no customers in any count", async () => {
    const chat = await waiting();
    await asked(chat, "a");
    const thought = await chat.think();
    expect(thought.messages).toMatchObject([{ who: "team" }]);
    await chat.hold(thought);
    await chat.commit(thought, "one");
    expect(await chat.drain()).toEqual(["one moment", "one"]);
    await asked(chat, "b");
    await chat.fail(await chat.think(), { maxAttempts: 1 });
    expect(await chat.drain()).toEqual(["sorry"]);
    expect(await counts(chat)).toEqual({ team: "3" });
    const { redis, keys } = chat.deployment;
    expect(await redis.keys(`${keys.prefix}:contact:*`)).toEqual([]);
    expect(await redis.keys(`${keys.prefix}:chats:*`)).toEqual([]);
  });

  test("are answered as such when the last of what is answered is theirs", async () => {
    const chat = await waiting("a");
    await asked(chat, "b");
    await chat.commit(await chat.think(), "one");
    await chat.drain();
    expect(await counts(chat)).toMatchObject({ received: "1", team: "1" });
    expect(await counts(chat)).not.toHaveProperty("answered");
  });
});
