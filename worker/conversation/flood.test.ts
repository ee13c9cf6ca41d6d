import { expect, test } from "vitest";
import { useRecord, type Chat } from "./record-fixture.ts";

const deployment = useRecord();
/** What waits for one answer at the most, and what is remembered: UNANSWERED_MAX and HISTORY_ENTRIES of lua/record.lua. */
const [WAITING, REMEMBERED] = [100, 40];

async function flood(chat: Chat, from: number, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => from + index);
  expect(new Set(await Promise.all(numbers.map((number) => chat.say(`m${number}`))))).toEqual(
    new Set(["stored"]),
  );
}

const names = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => `m${from + index}`);

test("of ten thousand messages from one contact the last ones wait for an answer, and those before them are remembered", async () => {
  const chat = await deployment().chat();
  await flood(chat, 0, 10_000);
  const { inbound, history } = await chat.lists();
  expect(inbound).toEqual(names(10_000 - WAITING, WAITING));
  expect(history).toEqual(names(10_000 - WAITING - REMEMBERED, REMEMBERED).map((id) => `customer: ${id}`));
  const { messages } = await chat.think();
  expect(messages.map(({ id }) => id)).toEqual(inbound);
});

test("a flood during a thought costs no message its answer, and none is answered twice", async () => {
  const chat = await deployment().chat();
  await flood(chat, 0, 10);
  const thought = await chat.think();
  await flood(chat, 10, WAITING - 5);
  // Five of the ten were pushed out of what waits.
  expect(await chat.commit(thought, "the first ten")).toBe("committed");
  expect((await chat.lists()).inbound).toEqual(names(10, WAITING - 5));
  expect(await chat.drain()).toEqual(["the first ten"]);
  expect((await chat.lists()).history).toEqual([
    ...names(0, 10).map((id) => `customer: ${id}`),
    "assistant: the first ten",
  ]);
  const next = await chat.think();
  expect(next.messages.map(({ id }) => id)).toEqual(names(10, WAITING - 5));
});

test("a thought of which all was pushed out ends with its answer, and what pushed it is answered next", async () => {
  const chat = await deployment().chat();
  await flood(chat, 0, 3);
  const thought = await chat.think();
  await flood(chat, 3, WAITING + 50);
  expect(await chat.commit(thought, "the first three")).toBe("committed");
  expect((await chat.lists()).inbound).toEqual(names(53, WAITING));
  expect(await chat.drain()).toEqual(["the first three"]);
  expect(await chat.view()).toMatchObject({ state: "waiting", inbound: WAITING });
  expect((await chat.think()).messages).toHaveLength(WAITING);
});

test("after a fallback message, what a flood pushed out counts no longer as given up", async () => {
  const chat = await deployment().chat();
  await flood(chat, 0, 20);
  expect(await chat.fail(await chat.think(), { maxAttempts: 1 })).toEqual({ kind: "failed" });
  await chat.drain();
  await flood(chat, 20, WAITING);
  const thought = await chat.think();
  expect(thought.messages.map(({ id }) => id)).toEqual(names(20, WAITING));
  // All of them are new, so they are waited for: none is behind the fallback message.
  expect(thought.waitedMs).toBeGreaterThanOrEqual(0);
  expect(await chat.commit(thought, "all of it")).toBe("committed");
  expect(await chat.drain()).toEqual(["all of it"]);
  expect(await chat.view()).toMatchObject({ state: "rest", inbound: 0, outbound: 0 });
});
