import { describe, expect, test } from "vitest";
import { sentKey } from "./keys.ts";
import { MINUTE, useRecord, type Chat } from "./record-fixture.ts";

const deployment = useRecord();

async function answered(...texts: string[]): Promise<Chat> {
  const chat = await deployment().chat();
  await chat.say("a");
  await chat.commit(await chat.think(), ...texts);
  return chat;
}

const offer = async (chat: Chat, source: "campaign" | "automation", part: number): Promise<string> =>
  await chat.record.enqueue(chat.conversation, { source, run: "may", part, text: `${source} ${part}` });

describe("sent", () => {
  test("hands out the first part and waits for its ack", async () => {
    const chat = await answered("one", "two");
    const before = Date.now();
    const part = await chat.part({ ackMs: MINUTE });
    expect(part).toMatchObject({
      id: chat.idOf(1, 1),
      turn: 1,
      part: 1,
      priority: 1,
      text: "one",
      repeat: false,
      sends: 1,
    });
    expect(part.committedAt).toBeLessThanOrEqual(Date.now());
    const { due } = await chat.view();
    expect(due).toBeGreaterThanOrEqual(before + MINUTE);
    expect(await chat.send()).toEqual({ kind: "busy", until: due });
  });

  test("hands out a part again that was not acked in time, under the same id", async () => {
    const chat = await answered("one", "two");
    const first = await chat.part({ ackMs: 0 });
    const again = await chat.part();
    expect(again).toMatchObject({
      id: first.id,
      text: "one",
      repeat: true,
      sends: 2,
      committedAt: first.committedAt,
    });
  });

  test("hands out a part at once that went out on a socket that is gone", async () => {
    const chat = await answered("one");
    const { id } = await chat.part();
    expect(await chat.send()).toMatchObject({ kind: "busy" });
    expect(await chat.send({ wire: "socket 2" })).toMatchObject({ id, repeat: true });
    expect(await chat.send({ wire: "socket 2" })).toMatchObject({ kind: "busy" });
  });

  test("says a part once in the history, however often it is sent", async () => {
    const chat = await answered("one");
    await chat.part({ ackMs: 0 });
    await chat.part({ ackMs: 0 });
    expect((await chat.lists()).history).toEqual(["customer: a", "assistant: one"]);
  });

  test("has nothing at rest", async () => {
    expect(await (await deployment().chat()).send()).toEqual({ kind: "none" });
  });

  test("keeps the text for the phones that ask again", async () => {
    const chat = await answered("one");
    const { id } = await chat.part();
    await chat.ack(id);
    expect(await chat.record.sentText("acme", id)).toBe("one");
    expect(await chat.record.sentText("acme", "unknown")).toBeUndefined();
    expect(await chat.record.sentText("other", id)).toBeUndefined();
    const { redis, keys } = chat.deployment;
    expect(await redis.ttl(sentKey(keys.prefix, "acme", id))).toBeGreaterThan(6 * 24 * 3600);
  });
});

describe("acked", () => {
  test("goes on part by part, then rests", async () => {
    const chat = await answered("one", "two");
    expect(await chat.ack((await chat.part()).id)).toBe("part");
    const { due, state } = await chat.view();
    expect(state).toBe("sending");
    expect(due).toBeLessThanOrEqual(Date.now());
    expect(await chat.ack((await chat.part()).id)).toBe("rest");
    expect(await chat.view()).toMatchObject({ state: "rest", outbound: 0, due: undefined });
    expect(await chat.dueMembers()).toEqual([]);
  });

  test("counts once", async () => {
    const chat = await answered("one", "two");
    const { id } = await chat.part();
    await chat.ack(id);
    const stored = await chat.deployment.dump();
    expect(await chat.ack(id)).toBe("unknown");
    expect(await chat.deployment.dump()).toEqual(stored);
  });

  test("of a part that was not sent changes nothing", async () => {
    const chat = await answered("one", "two");
    const stored = await chat.deployment.dump();
    expect(await chat.ack(chat.idOf(1, 1))).toBe("unknown");
    expect(await chat.ack(chat.idOf(1, 2))).toBe("unknown");
    expect(await chat.deployment.dump()).toEqual(stored);
  });

  test("late, after the part was sent again, is the ack of both", async () => {
    const chat = await answered("one");
    const { id } = await chat.part({ ackMs: 0 });
    await chat.part();
    expect(await chat.ack(id)).toBe("rest");
    expect(await chat.ack(id)).toBe("unknown");
  });
});

describe("refused", () => {
  test("keeps the part and the rest of its turn with the reason, and does not repeat them", async () => {
    const chat = await answered("one", "two", "three");
    await chat.ack((await chat.part()).id);
    const { id } = await chat.part();
    expect(await chat.refuse(id)).toBe("rest");
    const view = await chat.view();
    expect(view).toMatchObject({ state: "rest", outbound: 0, due: undefined });
    expect(view.refused).toMatchObject([
      { id, turn: 1, part: 2, priority: 1, reason: "463" },
      { id: chat.idOf(1, 3), turn: 1, part: 3, priority: 1, reason: "463" },
    ]);
    expect(await chat.send()).toEqual({ kind: "none" });
    expect(await chat.refuse(id)).toBe("unknown");
  });

  test("leaves other parts to be sent", async () => {
    const chat = await answered("one", "two");
    await offer(chat, "campaign", 1);
    expect(await chat.refuse((await chat.part()).id)).toBe("part");
    expect(await chat.drain()).toEqual(["campaign 1"]);
  });

  test("leaves another campaign's parts to be sent", async () => {
    const chat = await deployment().chat();
    await offer(chat, "campaign", 1);
    await chat.record.enqueue(chat.conversation, {
      source: "campaign",
      run: "june",
      part: 1,
      text: "june 1",
    });
    await offer(chat, "campaign", 2);
    await chat.refuse((await chat.part()).id);
    expect(await chat.drain()).toEqual(["june 1"]);
  });

  test("goes on with the next turn", async () => {
    const chat = await answered("one");
    await chat.say("b");
    expect(await chat.refuse((await chat.part()).id)).toBe("turn");
    expect((await chat.think()).messages.map(({ id }) => id)).toEqual(["b"]);
  });

  test("fails with the fallback message, too", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    await chat.fail(await chat.think(), { maxAttempts: 1 });
    expect(await chat.refuse((await chat.part()).id)).toBe("rest");
    expect(await chat.view()).toMatchObject({ state: "failed", inbound: 1, due: undefined });
  });

  test("of a holding message leaves the turn to its thinker", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    const thought = await chat.think();
    await chat.hold(thought);
    expect(await chat.refuse((await chat.part()).id)).toBe("rest");
    expect((await chat.view()).state).toBe("thinking");
    expect(await chat.commit(thought, "one")).toBe("committed");
  });

  test("parts are kept up to a bound", async () => {
    const chat = await answered(...Array.from({ length: 30 }, (_, index) => `part ${index}`));
    await chat.refuse((await chat.part()).id);
    const { refused } = await chat.view();
    expect(refused).toHaveLength(20);
    expect(refused.at(-1)?.part).toBe(30);
  });
});

describe("campaigns and automations", () => {
  test("come after replies, campaigns before automations, each in its order", async () => {
    const chat = await deployment().chat();
    await offer(chat, "automation", 1);
    await offer(chat, "campaign", 1);
    await offer(chat, "automation", 2);
    await offer(chat, "campaign", 2);
    await chat.ack((await chat.part()).id);
    expect((await chat.lists()).outbound).toHaveLength(3);
    expect(await chat.drain()).toEqual(["campaign 2", "automation 1", "automation 2"]);
  });

  test("wait for a reply that is committed after them, except the part that is on its way", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    const thought = await chat.think();
    await offer(chat, "campaign", 1);
    await offer(chat, "campaign", 2);
    const { id, text } = await chat.part();
    expect(text).toBe("campaign 1");
    await chat.commit(thought, "one", "two");
    expect(await chat.send()).toMatchObject({ kind: "busy" });
    await chat.ack(id);
    expect(await chat.drain()).toEqual(["one", "two", "campaign 2"]);
  });

  test("are sent before a turn begins, and the turn follows", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    await offer(chat, "automation", 1);
    expect(await chat.begin()).toEqual({ kind: "send" });
    expect(await chat.ack((await chat.part()).id)).toBe("turn");
    expect(await chat.think()).toMatchObject({ turn: 1 });
  });

  test("are queued once: while they wait, after they were sent after they were refused, and with one that was", async () => {
    const chat = await deployment().chat();
    expect(await offer(chat, "campaign", 1)).toBe("queued");
    expect(await offer(chat, "campaign", 1)).toBe("repeated");
    await chat.ack((await chat.part()).id);
    expect(await offer(chat, "campaign", 1)).toBe("repeated");
    await offer(chat, "campaign", 2);
    await offer(chat, "campaign", 3);
    await chat.refuse((await chat.part()).id);
    expect(await offer(chat, "campaign", 2)).toBe("repeated");
    expect(await offer(chat, "campaign", 3)).toBe("repeated");
  });

  test("join the history when they are sent", async () => {
    const chat = await deployment().chat();
    await offer(chat, "campaign", 1);
    await offer(chat, "automation", 1);
    expect((await chat.lists()).history).toEqual([]);
    await chat.drain();
    expect((await chat.lists()).history).toEqual(["campaign: campaign 1", "automation: automation 1"]);
  });

  test("do not end a thought", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    const thought = await chat.think();
    await offer(chat, "campaign", 1);
    expect(await chat.view()).toMatchObject({ state: "thinking" });
    expect(await chat.ack((await chat.part()).id)).toBe("rest");
    expect(await chat.commit(thought, "one")).toBe("committed");
  });
});
