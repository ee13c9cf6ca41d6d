import { expect, test } from "vitest";
import { conversationKeys } from "./keys.ts";
import { policyOf } from "./policy.ts";
import { ConversationRecord } from "./record.ts";
import { MINUTE, useRecord, WROTE_AT, type Chat, Chat as RecordChat } from "./record-fixture.ts";

const deployment = useRecord();

/** A chat whose texts are kept for so long. */
async function keptFor(retentionMs: number): Promise<Chat> {
  const chat = await deployment().chat();
  const { redis, keys, sealing } = chat.deployment;
  const record = new ConversationRecord({
    redis,
    keys,
    sealing,
    policy: () => ({ ...policyOf(undefined), retentionMs }),
  });
  return new RecordChat(
    Object.assign(Object.create(chat.deployment), { record }),
    chat.lease,
    chat.conversation,
  );
}

const keysOf = ({ deployment: { keys }, conversation }: Chat) => conversationKeys(keys.prefix, conversation);

test("the texts of a chat end with the retention time after it came to rest", async () => {
  const chat = await keptFor(10 * MINUTE);
  await chat.say("a");
  await chat.commit(await chat.think(), "to a");
  await chat.drain();
  const left = await chat.deployment.redis.pttl(keysOf(chat).history);
  expect(left).toBeGreaterThan(9 * MINUTE);
  expect(left).toBeLessThanOrEqual(10 * MINUTE);
});

test("older entries of a chat that goes on end before it does", async () => {
  const chat = await keptFor(30 * MINUTE);
  const old = { sender: "551@lid", at: WROTE_AT - 60 * MINUTE } as const;
  await chat.receive({ kind: "customer", id: "old", ...old, text: "old" });
  await chat.say("new");
  await chat.commit(await chat.think(), "to both");
  await chat.drain();
  expect((await chat.lists()).history).toEqual(["customer: new", "assistant: to both"]);
});

test("what was never answered ends, too, unless it is taken up again", async () => {
  const chat = await keptFor(10 * MINUTE);
  await chat.say("a");
  await chat.fail(await chat.think(), { maxAttempts: 1 });
  await chat.drain();
  const { inbound } = keysOf(chat);
  expect(await chat.deployment.redis.pttl(inbound)).toBeGreaterThan(9 * MINUTE);
  await chat.say("b");
  expect(await chat.deployment.redis.pttl(inbound)).toBe(-1);
});

test("what the server refused ends, too", async () => {
  const chat = await keptFor(10 * MINUTE);
  await chat.say("a");
  await chat.commit(await chat.think(), "to a");
  await chat.refuse((await chat.part()).id);
  const left = await chat.deployment.redis.pttl(keysOf(chat).failed);
  expect(left).toBeGreaterThan(9 * MINUTE);
  expect(left).toBeLessThanOrEqual(10 * MINUTE);
});

test("nothing that is to be answered or sent has an end", async () => {
  const chat = await keptFor(10 * MINUTE);
  await chat.say("a");
  await chat.commit(await chat.think(), "to a");
  await chat.say("b");
  const { inbound, outbound, state } = keysOf(chat);
  const ends = await Promise.all([inbound, outbound, state].map((key) => chat.deployment.redis.pttl(key)));
  expect(ends).toEqual([-1, -1, -1]);
});

test("who was erased and writes again is sent no id that their phone has seen", async () => {
  const chat = await deployment().chat();
  await chat.say("a");
  const before = await chat.think();
  await chat.deployment.redis.del(keysOf(chat).state, keysOf(chat).inbound);
  await chat.deployment.redis.set(`${chat.deployment.keys.prefix}:erased`, 1_800_000_000);
  await chat.say("b");
  const after = await chat.think();
  expect([before.turn, after.turn]).toEqual([1, 1_800_000_001]);
});
