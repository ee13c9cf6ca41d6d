import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { Sealing } from "../adapters/redis/sealing.ts";
import { MINUTE, useRecord, type Chat, WROTE_AT } from "./record-fixture.ts";
import { ConversationRecord } from "./record.ts";

const deployment = useRecord();

async function waiting(...ids: string[]): Promise<Chat> {
  const chat = await deployment().chat();
  for (const id of ids) await chat.say(id);
  return chat;
}

async function failed(): Promise<Chat> {
  const chat = await waiting("a");
  await chat.fail(await chat.think(), { maxAttempts: 1 });
  await chat.drain();
  return chat;
}

describe("begin", () => {
  test("hands out all that is not answered, oldest first", async () => {
    const chat = await waiting("a", "b");
    const thought = await chat.think();
    expect(thought).toMatchObject({ turn: 1, attempt: 1, held: false, history: [] });
    expect(thought.messages).toMatchObject([
      { id: "a", sender: "551@lid", at: WROTE_AT, text: "a", name: "Ana" },
      { id: "b", sender: "551@lid", at: WROTE_AT, text: "b", name: "Ana" },
    ]);
    expect(thought.waitedMs).toBeGreaterThanOrEqual(0);
    expect(thought.waitedMs).toBeLessThan(MINUTE);
    expect(await chat.view()).toMatchObject({ state: "thinking", turn: 1 });
  });

  test("hands out what was said before", async () => {
    const chat = await waiting("a");
    await chat.commit(await chat.think(), "one", "two");
    await chat.drain();
    await chat.say("b");
    const { history } = await chat.think();
    expect(history).toMatchObject([
      { role: "customer", text: "a", name: "Ana", at: WROTE_AT },
      { role: "assistant", text: "one" },
      { role: "assistant", text: "two" },
    ]);
  });

  test("keeps the last 40 entries of what was said", async () => {
    const ids = Array.from({ length: 45 }, (_, index) => `m${index}`);
    const chat = await waiting(...ids);
    await chat.commit(await chat.think());
    await chat.say("last");
    const { history } = await chat.think();
    expect(history.map(({ text }) => text)).toEqual(ids.slice(5));
  });

  test("hands out what no key opens any more as unreadable, and the rest as it is", async () => {
    const chat = await waiting("a");
    await chat.commit(await chat.think(), "to a");
    await chat.drain();
    await chat.say("b");
    const sealing = new Sealing([{ id: "new", key: randomBytes(32) }]);
    const record = new ConversationRecord({ ...chat.deployment, sealing });
    const person = { kind: "customer", sender: "551@lid", at: WROTE_AT, id: "c", text: "c" } as const;
    await record.receive(chat.lease, chat.conversation, person, Buffer.from("c"));
    const begun = await record.begin(chat.lease, chat.conversation, { attemptMs: MINUTE });
    const unreadable = "[mensagem que não pode ser lida]";
    expect(begun).toMatchObject({
      kind: "think",
      messages: [
        { id: "b", text: unreadable },
        { id: "c", text: "c" },
      ],
      history: [
        { role: "customer", text: unreadable },
        { role: "assistant", text: unreadable },
      ],
    });
  });

  test("has nothing to do at rest", async () => {
    expect(await (await waiting()).begin()).toEqual({ kind: "rest" });
  });

  test("leaves a turn in thought to its thinker", async () => {
    const chat = await waiting("a");
    await chat.think();
    const { due } = await chat.view();
    expect(await chat.begin()).toEqual({ kind: "busy", until: due });
  });

  test("repeats a turn that ran out of time, as another attempt", async () => {
    const chat = await waiting("a");
    const first = await chat.think({ attemptMs: 0 });
    const second = await chat.think();
    expect(second).toMatchObject({ turn: 1, attempt: 2 });
    expect(second.token).not.toBe(first.token);
  });

  test("takes a turn at once from a thinker whose lease is gone", async () => {
    const chat = await waiting("a");
    const first = await chat.think();
    const lease = await chat.deployment.lease(chat.conversation.organization, { owner: "next", epoch: "8" });
    const second = await chat.record.begin(lease, chat.conversation, { attemptMs: MINUTE });
    expect(second).toMatchObject({ kind: "think", turn: 1, attempt: 1 });
    expect(second).not.toMatchObject({ token: first.token });
    expect(await chat.record.begin(lease, chat.conversation, { attemptMs: MINUTE })).toMatchObject({
      kind: "busy",
    });
  });

  test("counts attempts against a message that every thinker goes away from", async () => {
    const chat = await waiting("a");
    const attempts: unknown[] = [];
    for (let epoch = 1; epoch <= 13; epoch++) {
      const lease = await chat.deployment.lease(chat.conversation.organization, { epoch: String(epoch) });
      attempts.push(await chat.record.begin(lease, chat.conversation, { attemptMs: MINUTE }));
    }
    expect(attempts.at(10)).toMatchObject({ attempt: 1 });
    expect(attempts.at(12)).toMatchObject({ attempt: 3 });
  });

  test("sends first", async () => {
    const chat = await waiting("a");
    await chat.commit(await chat.think(), "one");
    await chat.say("b");
    expect(await chat.begin()).toEqual({ kind: "send" });
    expect(await chat.drain()).toEqual(["one"]);
    expect(await chat.think()).toMatchObject({ turn: 2 });
  });

  test("sends a holding message first that nobody sent", async () => {
    const chat = await waiting("a");
    await chat.hold(await chat.think({ attemptMs: 0 }));
    expect(await chat.begin()).toEqual({ kind: "send" });
    const { id } = await chat.part();
    expect(await chat.think()).toMatchObject({ turn: 1, held: true });
    expect(await chat.ack(id)).toBe("rest");
  });
});

describe("commit", () => {
  test("queues the answer part by part and moves what it answers to the history", async () => {
    const chat = await waiting("a");
    expect(await chat.commit(await chat.think(), "one", "two")).toBe("committed");
    expect(await chat.view()).toMatchObject({ state: "sending", inbound: 0, outbound: 2, attempts: 0 });
    expect(await chat.lists()).toEqual({
      inbound: [],
      outbound: [chat.idOf(1, 1), chat.idOf(1, 2)],
      history: ["customer: a"],
    });
    expect((await chat.view()).due).toBeLessThanOrEqual(Date.now());
  });

  test("leaves what arrived meanwhile to the next turn", async () => {
    const chat = await waiting("a");
    const thought = await chat.think();
    const { due } = await chat.view();
    expect(await chat.say("b")).toBe("stored");
    expect(await chat.view()).toMatchObject({ state: "thinking", due });
    await chat.commit(thought, "one");
    const { id } = await chat.part();
    expect(await chat.ack(id)).toBe("turn");
    const next = await chat.think();
    expect(next).toMatchObject({ turn: 2, attempt: 1 });
    expect(next.messages.map((message) => message.id)).toEqual(["b"]);
  });

  test("may be an answer of no words", async () => {
    const chat = await waiting("a");
    await chat.commit(await chat.think());
    expect(await chat.view()).toMatchObject({ state: "rest", inbound: 0, due: undefined });
  });

  test("without words goes on with what arrived meanwhile", async () => {
    const chat = await waiting("a");
    const thought = await chat.think();
    await chat.say("b");
    await chat.commit(thought);
    expect((await chat.think()).messages.map((message) => message.id)).toEqual(["b"]);
  });

  test("counts once", async () => {
    const chat = await waiting("a");
    const thought = await chat.think();
    await chat.commit(thought, "one");
    const stored = await chat.deployment.dump();
    expect(await chat.commit(thought, "one")).toBe("stale");
    expect(await chat.deployment.dump()).toEqual(stored);
  });

  test("is good past its time while nobody began the turn again", async () => {
    const chat = await waiting("a");
    expect(await chat.commit(await chat.think({ attemptMs: 0 }), "one")).toBe("committed");
  });

  test("is stale once the turn was begun again", async () => {
    const chat = await waiting("a");
    const first = await chat.think({ attemptMs: 0 });
    const second = await chat.think();
    const stored = await chat.deployment.dump();
    expect(await chat.commit(first, "one")).toBe("stale");
    expect(await chat.hold(first)).toBe("stale");
    expect(await chat.fail(first)).toEqual({ kind: "stale" });
    expect(await chat.deployment.dump()).toEqual(stored);
    expect(await chat.commit(second, "one")).toBe("committed");
  });

  test("is stale under another turn's number", async () => {
    const chat = await waiting("a");
    const { token } = await chat.think();
    expect(await chat.commit({ turn: 2, token }, "one")).toBe("stale");
  });
});

describe("hold", () => {
  test("goes out while the turn is thought, once", async () => {
    const chat = await waiting("a");
    const thought = await chat.think();
    expect(await chat.hold(thought)).toBe("queued");
    expect(await chat.hold(thought)).toBe("held");
    const part = await chat.part();
    expect(part).toMatchObject({ id: chat.idOf(1, 0), turn: 1, part: 0, priority: 1, text: "one moment" });
    expect(await chat.ack(part.id)).toBe("rest");
    expect(await chat.hold(thought)).toBe("held");
    expect(await chat.view()).toMatchObject({ state: "thinking", outbound: 0 });
    await chat.commit(thought, "one");
    expect(await chat.drain()).toEqual(["one"]);
  });

  test("is no answer: the history does not have it", async () => {
    const chat = await waiting("a");
    const thought = await chat.think();
    await chat.hold(thought);
    await chat.commit(thought, "one");
    expect(await chat.drain()).toEqual(["one moment", "one"]);
    expect((await chat.lists()).history).toEqual(["customer: a", "assistant: one"]);
  });

  test("is not said again by the next attempt", async () => {
    const chat = await waiting("a");
    const first = await chat.think();
    await chat.hold(first);
    await chat.drain();
    await chat.fail(first);
    const second = await chat.think();
    expect(second).toMatchObject({ turn: 1, held: true });
    expect(await chat.hold(second)).toBe("held");
  });

  test("on its way when the attempt fails is acked before the next one, which waits for its time", async () => {
    const chat = await waiting("a");
    const thought = await chat.think();
    await chat.hold(thought);
    const { id } = await chat.part();
    await chat.fail(thought, { backoffMs: MINUTE });
    expect(await chat.view()).toMatchObject({ state: "sending" });
    expect(await chat.begin()).toEqual({ kind: "send" });
    expect(await chat.ack(id)).toBe("rest");
    const { state, due } = await chat.view();
    expect(state).toBe("waiting");
    expect(due).toBeGreaterThan(Date.now());
    expect(await chat.begin()).toEqual({ kind: "busy", until: due });
  });

  test("makes the conversation due at once and then when its ack is", async () => {
    const chat = await waiting("a");
    const thought = await chat.think({ attemptMs: 60 * MINUTE });
    await chat.hold(thought);
    expect((await chat.view()).due).toBeLessThanOrEqual(Date.now());
    await chat.part({ ackMs: 10 * MINUTE });
    const acked = (await chat.view()).due ?? 0;
    expect(acked).toBeGreaterThan(Date.now());
    await chat.ack(chat.idOf(1, 0));
    expect((await chat.view()).due).toBeGreaterThan(acked);
  });
});

describe("fail", () => {
  test("tries the same turn again after its back-off", async () => {
    const chat = await waiting("a");
    expect(await chat.fail(await chat.think(), { backoffMs: MINUTE })).toEqual({
      kind: "again",
      inMs: MINUTE,
    });
    const { state, attempts, due } = await chat.view();
    expect({ state, attempts }).toEqual({ state: "waiting", attempts: 1 });
    expect(await chat.begin()).toEqual({ kind: "busy", until: due });
  });

  test("keeps the number and adds what arrived meanwhile", async () => {
    const chat = await waiting("a");
    const thought = await chat.think();
    await chat.say("b");
    await chat.fail(thought);
    const again = await chat.think();
    expect(again).toMatchObject({ turn: 1, attempt: 2 });
    expect(again.messages.map(({ id }) => id)).toEqual(["a", "b"]);
  });

  test("for the last time says so once and leaves the text unanswered", async () => {
    const chat = await waiting("a");
    await chat.fail(await chat.think(), { maxAttempts: 2 });
    expect(await chat.fail(await chat.think(), { maxAttempts: 2 })).toEqual({ kind: "failed" });
    expect(await chat.view()).toMatchObject({ state: "sending", inbound: 1, outbound: 1 });
    const part = await chat.part();
    expect(part).toMatchObject({ id: chat.idOf(1, 0), part: 0, text: "sorry" });
    expect(await chat.ack(part.id)).toBe("rest");
    expect(await chat.view()).toMatchObject({ state: "failed", inbound: 1, outbound: 0, due: undefined });
    expect(await chat.begin()).toEqual({ kind: "failed" });
    expect(await chat.send()).toEqual({ kind: "none" });
  });

  test("says so after the holding message, where there is one", async () => {
    const chat = await waiting("a");
    const thought = await chat.think();
    await chat.hold(thought);
    await chat.fail(thought, { maxAttempts: 1 });
    expect((await chat.lists()).outbound).toEqual([chat.idOf(1, 0), chat.idOf(1, 1)]);
    expect(await chat.drain()).toEqual(["one moment", "sorry"]);
    expect((await chat.view()).state).toBe("failed");
  });

  test("counts attempts that ran out of time", async () => {
    const chat = await waiting("a");
    await chat.think({ attemptMs: 0 });
    await chat.think({ attemptMs: 0 });
    const third = await chat.think();
    expect(third.attempt).toBe(3);
    expect(await chat.fail(third, { maxAttempts: 3 })).toEqual({ kind: "failed" });
  });
});

describe("a failed conversation", () => {
  test("takes up what was not answered with the next message", async () => {
    const chat = await failed();
    await chat.say("b");
    expect(await chat.view()).toMatchObject({ state: "waiting" });
    const thought = await chat.think();
    expect(thought).toMatchObject({ turn: 2, attempt: 1, held: false });
    expect(thought.messages.map(({ id }) => id)).toEqual(["a", "b"]);
    await chat.commit(thought, "one");
    expect(await chat.drain()).toEqual(["one"]);
    expect(await chat.view()).toMatchObject({ state: "rest", inbound: 0 });
  });

  test("that was told so waits no longer: only what came later does", async () => {
    const chat = await failed();
    await chat.say("b");
    const { waitedMs, messages } = await chat.think();
    const [seconds = 0, micros = 0] = await chat.deployment.redis.time();
    const after = Number(seconds) * 1_000 + Number(micros) / 1_000;
    expect(waitedMs).toBeLessThanOrEqual(after - messages[1]!.received);
  });

  test("that fails again says so again, as another message", async () => {
    const chat = await failed();
    await chat.say("b");
    await chat.fail(await chat.think(), { maxAttempts: 1 });
    expect((await chat.lists()).outbound).toEqual([chat.idOf(2, 0)]);
  });

  test("is tried again by a person", async () => {
    const chat = await failed();
    expect(await chat.record.retry(chat.lease, chat.conversation)).toBe("retried");
    expect((await chat.view()).due).toBeLessThanOrEqual(Date.now());
    expect(await chat.think()).toMatchObject({ turn: 2, attempt: 1, messages: [{ id: "a" }] });
  });

  test("has nothing to be tried again once what was not answered is gone with its time", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    await chat.fail(await chat.think(), { maxAttempts: 1 });
    await chat.drain();
    const { redis, keys } = chat.deployment;
    await redis.del(`${keys.prefix}:conversation:acme:551@lid:in`);
    expect(await chat.record.retry(chat.lease, chat.conversation)).toBe("unchanged");
    expect(await chat.begin()).toEqual({ kind: "rest" });
  });

  test("counts the wait of what comes after what is gone with its time", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    await chat.fail(await chat.think(), { maxAttempts: 1 });
    await chat.drain();
    const { redis, keys } = chat.deployment;
    await redis.del(`${keys.prefix}:conversation:acme:551@lid:in`);
    await chat.say("b");
    // Somebody waits: no attempt is used up while the AI answers nobody.
    await chat.fail(await chat.think(), { maxAttempts: 1, patienceMs: MINUTE });
    expect(await chat.view()).toMatchObject({ state: "waiting", attempts: 0 });
  });

  test("is alone in being tried again", async () => {
    const chat = await waiting("a");
    expect(await chat.record.retry(chat.lease, chat.conversation)).toBe("unchanged");
    const thought = await chat.think();
    expect(await chat.record.retry(chat.lease, chat.conversation)).toBe("unchanged");
    expect(await chat.commit(thought)).toBe("committed");
  });

  test("hears a message before its fallback message is acked", async () => {
    const chat = await waiting("a");
    await chat.fail(await chat.think(), { maxAttempts: 1 });
    const { id } = await chat.part();
    await chat.say("b");
    expect((await chat.view()).state).toBe("sending");
    expect(await chat.ack(id)).toBe("turn");
    expect((await chat.think()).messages).toHaveLength(2);
  });

  test("is sent campaigns and stays failed", async () => {
    const chat = await failed();
    await chat.record.enqueue(chat.conversation, { source: "campaign", run: "may", part: 1, text: "offer" });
    expect(await chat.drain()).toEqual(["offer"]);
    expect(await chat.view()).toMatchObject({ state: "failed", due: undefined, inbound: 1 });
  });
});
