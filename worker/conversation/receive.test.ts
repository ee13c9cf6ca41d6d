import { describe, expect, test } from "vitest";
import { inboxKey, sentKey } from "./keys.ts";
import { MINUTE, useRecord } from "./record-fixture.ts";

const deployment = useRecord();

describe("a customer's message", () => {
  test("is stored to be answered, and due now", async () => {
    const chat = await deployment().chat();
    const before = Date.now();
    expect(await chat.say("a")).toBe("stored");
    const view = await chat.view();
    expect(view).toMatchObject({ state: "waiting", inbound: 1, outbound: 0, turn: 0 });
    expect(view.due).toBeGreaterThanOrEqual(before);
    expect(view.due).toBeLessThanOrEqual(Date.now());
  });

  test("received again writes nothing", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    const stored = await chat.deployment.dump();
    expect(await chat.say("a")).toBe("repeated");
    expect(await chat.deployment.dump()).toEqual(stored);
  });

  test("received again after its answer is not answered twice", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    await chat.commit(await chat.think(), "hello");
    await chat.drain();
    expect(await chat.say("a")).toBe("repeated");
    expect((await chat.view()).state).toBe("rest");
  });

  test("is told apart by sender and by chat", async () => {
    const here = deployment();
    const chat = await here.chat();
    await chat.say("a");
    expect(await chat.receive({ kind: "customer", id: "a", sender: "other@lid", at: 1, text: "b" })).toBe(
      "stored",
    );
    expect(await (await here.chat("acme", "552@lid")).say("a")).toBe("stored");
  });

  test("can be read again for longer than a day", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    const { redis, keys } = chat.deployment;
    expect((await chat.record.inboxed(chat.conversation, "551@lid", "a"))?.toString()).toBe("plain a");
    expect(await redis.ttl(inboxKey(keys.prefix, chat.conversation, "551@lid", "a"))).toBeGreaterThan(
      24 * 3600,
    );
    expect(await chat.record.inboxed(chat.conversation, "551@lid", "b")).toBeUndefined();
  });

  test("that joins another does not make the conversation due later", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    const { due } = await chat.view();
    await chat.say("b");
    expect(await chat.view()).toMatchObject({ state: "waiting", inbound: 2, due });
  });

  test("does not cut a back-off short", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    await chat.fail(await chat.think(), { backoffMs: MINUTE });
    const { due } = await chat.view();
    await chat.say("b");
    expect(await chat.view()).toMatchObject({ state: "waiting", due });
    expect(await chat.begin()).toEqual({ kind: "busy", until: due });
  });

  test("leaves no text in clear in the store", async () => {
    const chat = await deployment().chat();
    const secret = "my password is hunter2";
    const inbound = {
      kind: "customer",
      id: "a",
      sender: "s@lid",
      at: 1,
      text: secret,
      name: "Ana Maria",
    } as const;
    await chat.record.receive(chat.lease, chat.conversation, inbound, Buffer.from(secret));
    const thought = await chat.think();
    await chat.record.hold(chat.lease, chat.conversation, thought, secret);
    await chat.record.commit(chat.lease, chat.conversation, thought, [secret]);
    const { id } = await chat.part();
    const { redis, keys } = chat.deployment;
    expect(await redis.get(sentKey(keys.prefix, "acme", id))).not.toContain("hunter2");
    for (const content of Object.values(await chat.deployment.dump())) {
      const clear = Buffer.from(content ?? "", "base64").toString("latin1");
      expect(clear).not.toContain("hunter2");
      expect(clear).not.toContain("Maria");
    }
  });
});

describe("a message that is not answered", () => {
  test("is kept for redeliveries and changes nothing else", async () => {
    const chat = await deployment().chat();
    const other = { kind: "other", id: "r", sender: "s@lid" } as const;
    expect(await chat.receive(other)).toBe("remembered");
    expect(await chat.receive(other)).toBe("repeated");
    expect((await chat.record.inboxed(chat.conversation, "s@lid", "r"))?.toString()).toBe("plain r");
    expect(await chat.view()).toMatchObject({ state: "rest", inbound: 0, due: undefined });
  });
});

describe("the owner writing on the phone", () => {
  test("keeps the AI out of a chat at rest", async () => {
    const chat = await deployment().chat();
    expect(await chat.owner("mine")).toBe("silenced");
    expect(await chat.say("a")).toBe("silenced");
    expect(await chat.begin()).toEqual({ kind: "rest" });
    expect(await chat.lists()).toEqual({
      inbound: [],
      outbound: [],
      history: ["owner: mine", "customer: a"],
    });
    expect(await chat.dueMembers()).toEqual([]);
  });

  test("counts once", async () => {
    const chat = await deployment().chat();
    await chat.owner("mine");
    const { silentUntil } = await chat.view();
    expect(await chat.owner("mine", { forMs: 10 * 60 * MINUTE })).toBe("repeated");
    expect((await chat.view()).silentUntil).toBe(silentUntil);
  });

  test("without text leaves no entry in the history", async () => {
    const chat = await deployment().chat();
    await chat.receive({ kind: "owner", id: "photo", sender: "me@lid", at: 1, forMs: MINUTE });
    expect((await chat.lists()).history).toEqual([]);
    expect(await chat.say("a")).toBe("silenced");
  });

  test("never shortens a silence", async () => {
    const chat = await deployment().chat();
    await chat.owner("first", { forMs: 60 * MINUTE });
    const { silentUntil } = await chat.view();
    await chat.owner("late", { forMs: MINUTE });
    expect((await chat.view()).silentUntil).toBe(silentUntil);
  });

  test("takes over what waits", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    await chat.owner("mine");
    expect(await chat.view()).toMatchObject({ state: "rest", inbound: 0, due: undefined });
    expect((await chat.lists()).history).toEqual(["customer: a", "owner: mine"]);
  });

  test("takes a turn in thought from its thinker", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    const thought = await chat.think();
    await chat.owner("mine");
    expect(await chat.view()).toMatchObject({ state: "rest", due: undefined });
    expect(await chat.hold(thought)).toBe("stale");
    expect(await chat.commit(thought, "hello")).toBe("stale");
    expect(await chat.fail(thought)).toEqual({ kind: "stale" });
    expect((await chat.lists()).outbound).toEqual([]);
  });

  test("drops answers, except the part that is on its way", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    await chat.commit(await chat.think(), "one", "two", "three");
    const { id } = await chat.part();
    await chat.owner("mine");
    expect(await chat.view()).toMatchObject({ state: "sending", outbound: 1 });
    expect(await chat.ack(id)).toBe("rest");
    expect(await chat.view()).toMatchObject({ state: "rest", due: undefined });
    // The dropped parts were never said.
    expect((await chat.lists()).history).toEqual(["customer: a", "assistant: one", "owner: mine"]);
  });

  test("brings a chat that was sending to rest when nothing is on its way", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    await chat.commit(await chat.think(), "one", "two");
    await chat.owner("mine");
    expect(await chat.view()).toMatchObject({ state: "rest", outbound: 0, due: undefined });
    expect(await chat.send()).toEqual({ kind: "none" });
  });

  test("leaves campaigns alone", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    const thought = await chat.think();
    await chat.record.enqueue(chat.conversation, { source: "campaign", run: "may", part: 1, text: "offer" });
    await chat.commit(thought, "one");
    await chat.owner("mine");
    expect(await chat.drain()).toEqual(["offer"]);
  });

  test("settles a failed conversation", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    await chat.fail(await chat.think(), { maxAttempts: 1 });
    await chat.drain();
    await chat.owner("mine");
    expect(await chat.view()).toMatchObject({ state: "rest", inbound: 0 });
  });

  test("has the next turn under a new number, since the holding message of the last one may be out", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    await chat.hold(await chat.think());
    const { id } = await chat.part();
    await chat.owner("mine", { forMs: 0 });
    await chat.ack(id);
    await chat.say("b");
    const next = await chat.think();
    expect(next).toMatchObject({ turn: 2, held: false, attempt: 1 });
    expect(await chat.hold(next)).toBe("queued");
    expect((await chat.part()).id).not.toBe(id);
  });

  test("ends by itself", async () => {
    const chat = await deployment().chat();
    await chat.owner("mine", { forMs: 0 });
    expect(await chat.say("a")).toBe("stored");
  });

  test("can be had without a message, for a person who takes over elsewhere", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    await chat.record.silence(chat.lease, chat.conversation, { forMs: MINUTE });
    expect(await chat.view()).toMatchObject({ state: "rest", inbound: 0 });
    expect(await chat.say("b")).toBe("silenced");
  });
});
