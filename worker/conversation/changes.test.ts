import { describe, expect, test } from "vitest";
import { useRecord, WROTE_AT, type Chat } from "./record-fixture.ts";
import type { Received } from "./inbound.ts";

const deployment = useRecord();
const sender = "551@lid";

async function edit(chat: Chat, of: string, text: string): Promise<Received> {
  return await chat.receive({
    kind: "edit",
    id: `edit of ${of}`,
    sender,
    at: WROTE_AT,
    of,
    text,
    again: `again: ${text}`,
  });
}

async function revoke(chat: Chat, of: string): Promise<Received> {
  return await chat.receive({ kind: "revoke", id: `end of ${of}`, sender, of });
}

describe("a message that is changed", () => {
  test("before it is answered is answered as it is now, in its place", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    await chat.say("b");
    expect(await edit(chat, "a", "c")).toBe("changed");
    expect((await chat.think()).messages.map(({ id, text }) => [id, text])).toEqual([
      ["a", "c"],
      ["b", "b"],
    ]);
  });

  test("in mid-thought makes the thought void, and the turn is begun again with what it says now", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    const thought = await chat.think();
    await edit(chat, "a", "b");
    expect(await chat.commit(thought, "to a")).toBe("stale");
    const again = await chat.think();
    expect(again).toMatchObject({ turn: thought.turn, attempt: 1 });
    expect(again.messages.map(({ text }) => text)).toEqual(["b"]);
  });

  test("while others are thought that came before leaves the thought alone", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    const thought = await chat.think();
    await chat.say("b");
    await edit(chat, "b", "c");
    expect(await chat.commit(thought, "to a")).toBe("committed");
  });

  test("after it was answered is a message of its own, said to be a correction", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    await chat.commit(await chat.think(), "to a");
    await chat.drain();
    expect(await edit(chat, "a", "b")).toBe("stored");
    expect((await chat.think()).messages.map(({ text }) => text)).toEqual(["again: b"]);
  });

  test("again and again has the AI asked a few times, and is a message of its own after that", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    let thought = await chat.think();
    for (let time = 1; time <= 5; time++) {
      const change = {
        kind: "edit",
        id: `e${time}`,
        sender,
        at: WROTE_AT,
        of: "a",
        text: `a${time}`,
      } as const;
      expect(await chat.receive({ ...change, again: "again" })).toBe("changed");
      thought = await chat.think();
      expect(thought).toMatchObject({ turn: 1, attempt: 1 });
    }
    expect(await edit(chat, "a", "last")).toBe("stored");
    expect(await chat.begin()).toMatchObject({ kind: "busy" });
    expect(await chat.commit(thought, "to a5")).toBe("committed");
    await chat.drain();
    const next = await chat.think();
    expect(next.messages.map(({ text }) => text)).toEqual(["again: last"]);
    // Of another turn.
    const change = { kind: "edit", id: "e6", sender, at: WROTE_AT, of: "edit of a", text: "b" } as const;
    expect(await chat.receive({ ...change, again: "again" })).toBe("changed");
  });

  test("by the organization's own people is theirs, also as a message of its own", async () => {
    const chat = await deployment().chat();
    const change = {
      kind: "edit",
      id: "e",
      sender,
      at: WROTE_AT,
      of: "gone",
      text: "b",
      again: "b",
    } as const;
    await chat.receive({ ...change, who: "team" });
    expect((await chat.think()).messages).toMatchObject([{ text: "b", who: "team" }]);
    const { redis, keys } = chat.deployment;
    expect(await redis.keys(`${keys.prefix}:contact:*`)).toEqual([]);
  });

  test("by somebody else is not that message", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    const change = { kind: "edit", id: "e", sender: "other@lid", at: WROTE_AT, of: "a", text: "b" } as const;
    expect(await chat.receive({ ...change, again: "again: b" })).toBe("stored");
    expect((await chat.think()).messages.map(({ text }) => text)).toEqual(["a", "again: b"]);
  });

  test("twice under one id is changed once", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    await edit(chat, "a", "b");
    expect(await edit(chat, "a", "b")).toBe("repeated");
  });
});

describe("a message that is taken back", () => {
  test("before it is answered leaves nothing to answer", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    await revoke(chat, "a");
    expect(await chat.view()).toMatchObject({ state: "rest", inbound: 0 });
    expect(await chat.dueMembers()).toEqual([]);
  });

  test("in mid-thought makes the thought void, and the rest is answered", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    await chat.say("b");
    const thought = await chat.think();
    await revoke(chat, "a");
    expect(await chat.commit(thought, "to both")).toBe("stale");
    expect((await chat.think()).messages.map(({ text }) => text)).toEqual(["b"]);
  });

  test("again and again in mid-thought has the AI asked a few times, and the rest is answered", async () => {
    const chat = await deployment().chat();
    const ids = ["a", "b", "c", "d", "e", "f", "g", "h"];
    for (const id of ids) await chat.say(id);
    for (const id of ids.slice(0, 5)) {
      const { turn } = await chat.think();
      expect(turn).toBe(1);
      await revoke(chat, id);
    }
    const thought = await chat.think();
    await revoke(chat, "f");
    expect(await chat.begin()).toMatchObject({ kind: "busy" });
    await chat.say("i");
    expect(await chat.commit(thought, "to g and h")).toBe("committed");
    expect(await chat.lists()).toMatchObject({
      inbound: ["i"],
      history: ["customer: g", "customer: h"],
    });
  });

  test("as the last that is thought of ends the thought", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    const thought = await chat.think();
    await revoke(chat, "a");
    expect(await chat.commit(thought, "to a")).toBe("stale");
    expect(await chat.view()).toMatchObject({ state: "rest", inbound: 0 });
  });

  test("after it was answered is forgotten", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    await chat.commit(await chat.think(), "to a");
    await chat.drain();
    await revoke(chat, "a");
    expect((await chat.lists()).history).toEqual(["assistant: to a"]);
  });

  test("of those that were told that no answer comes does not make another one wait for its whole time", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    await chat.say("b");
    await chat.fail(await chat.think(), { maxAttempts: 1 });
    await chat.drain();
    await revoke(chat, "a");
    await chat.say("c");
    const { inbound } = await chat.lists();
    expect(inbound).toEqual(["b", "c"]);
    const key = `${chat.deployment.keys.prefix}:conversation:acme:551@lid`;
    expect(await chat.deployment.redis.hget(key, "givenUp")).toBe("1");
  });

  test("by somebody else stays", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    await chat.receive({ kind: "revoke", id: "r", sender: "other@lid", of: "a" });
    expect((await chat.lists()).inbound).toEqual(["a"]);
  });
});
