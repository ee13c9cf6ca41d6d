import { setTimeout as delay } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { policyOf } from "./policy.ts";
import { useRecord, type Chat } from "./record-fixture.ts";
import { replyTime } from "./reply-times.ts";

const deployment = useRecord();

async function dayOf(chat: Chat): Promise<Record<string, string>> {
  const { keys, redis } = chat.deployment;
  return await redis.hgetall(
    `${keys.prefix}:day:${chat.conversation.organization}:${policyOf(undefined).day}`,
  );
}

describe("what is counted", () => {
  test("a reply counts once, when its first part is acked, from the oldest message that waited for it", async () => {
    const chat = await (await deployment()).chat();
    await chat.say("a");
    await delay(1_100);
    await chat.say("b");
    await chat.commit(await chat.think(), "one", "two");
    expect(await dayOf(chat)).not.toHaveProperty("reply:2000");
    await chat.drain();
    expect(await dayOf(chat)).toMatchObject({ "reply:2000": "1" });
    expect(Object.keys(await dayOf(chat)).filter((field) => field.startsWith("reply:"))).toHaveLength(1);
  });

  test("the organization's own people are not counted, nor are holding and fallback messages", async () => {
    const chat = await (await deployment()).chat();
    await chat.receive({ kind: "customer", id: "a", sender: "x@lid", at: 1, text: "a", who: "team" });
    await chat.commit(await chat.think(), "one");
    await chat.drain();
    await chat.say("b");
    const turn = await chat.think();
    await chat.hold(turn);
    await chat.fail(turn, { maxAttempts: 1 });
    await chat.drain();
    expect(replyTime(await dayOf(chat), 0.5)).toBeUndefined();
  });

  test("who was told that no answer comes does not wait for one", async () => {
    const chat = await (await deployment()).chat();
    await chat.say("a");
    await chat.fail(await chat.think(), { maxAttempts: 1 });
    await chat.drain();
    await delay(1_100);
    await chat.say("b");
    await chat.commit(await chat.think(), "one");
    await chat.drain();
    expect(await dayOf(chat)).toMatchObject({ "reply:1000": "1" });
  });

  test("what comes in is counted by the hour", async () => {
    const chat = await (await deployment()).chat();
    const before = policyOf(undefined).hour;
    await chat.say("a");
    const day = await dayOf(chat);
    expect([day[`received:${before}`], day[`received:${policyOf(undefined).hour}`]]).toContain("1");
  });
});

describe("what is read", () => {
  test("a day without replies has no time", () => {
    expect(replyTime({ received: "3" }, 0.95)).toBeUndefined();
  });

  test("a tail beyond all bounds is told as such", () => {
    expect(replyTime({ "reply:1000": "1", "reply:inf": "1" }, 0.5)).toBe(1_000);
    expect(replyTime({ "reply:1000": "1", "reply:inf": "1" }, 0.95)).toBe(Infinity);
  });

  test("no fewer than the part that is asked for waited no longer, and of the next shorter bound that is not so", () => {
    const fields = ["reply:1000", "reply:3000", "reply:60000", "reply:inf"];
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 4, maxLength: 4 }),
        fc.integer({ min: 1, max: 100 }),
        (counts, percent) => {
          const day = Object.fromEntries(fields.map((field, index) => [field, `${counts[index]}`]));
          const time = replyTime(day, percent / 100);
          const all = counts.reduce((sum, count) => sum + count, 0);
          expect(time === undefined).toBe(all === 0);
          if (time === undefined) return;
          const bounds = [1_000, 3_000, 60_000, Infinity];
          const share = (counted: (bound: number) => boolean): number =>
            bounds.reduce((sum, bound, index) => sum + (counted(bound) ? counts[index]! : 0), 0) / all;
          expect(share((bound) => bound <= time)).toBeGreaterThanOrEqual(percent / 100 - 1e-9);
          expect(share((bound) => bound < time)).toBeLessThan(percent / 100);
        },
      ),
    );
  });
});
