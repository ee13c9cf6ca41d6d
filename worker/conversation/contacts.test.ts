import { describe, expect, test } from "vitest";
import { policyOf } from "./policy.ts";
import { MINUTE, useRecord, WROTE_AT, type Chat } from "./record-fixture.ts";

const deployment = useRecord();
const person = { sender: "551@lid", at: WROTE_AT } as const;
const { day } = policyOf(undefined);

async function contact({ deployment: { redis, keys }, conversation }: Chat) {
  const { organization, chat } = conversation;
  const [known, chats, handed, counts] = await Promise.all([
    redis.hgetall(`${keys.prefix}:contact:${organization}:${chat}`),
    redis.zrange(`${keys.prefix}:chats:${organization}`, "0", "-1"),
    redis.zrange(`${keys.prefix}:handed:${organization}`, "0", "-1"),
    redis.hgetall(`${keys.prefix}:day:${organization}:${day}`),
  ]);
  // By the hour and by how long it took is told elsewhere.
  const plain = Object.entries(counts).filter(([what]) => !what.includes(":"));
  return { known, chats, handed, counts: Object.fromEntries(plain) };
}

describe("a contact", () => {
  test("is known from the first message on, and the day counts it once", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    await chat.say("b");
    const { known, chats, counts } = await contact(chat);
    expect(Object.keys(known).toSorted()).toEqual(["first", "wrote"]);
    expect(Number(known["wrote"])).toBeGreaterThanOrEqual(Number(known["first"]));
    expect(chats).toEqual(["551@lid"]);
    expect(counts).toEqual({ received: "2", new: "1" });
  });

  test("has the number that its messages tell", async () => {
    const chat = await deployment().chat();
    await chat.receive({ kind: "customer", id: "a", ...person, text: "a", number: "5511987654321" });
    expect((await contact(chat)).known["number"]).toBe("5511987654321");
  });

  test("was told something when the server has it, and the day counts what by whom", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    const thought = await chat.think();
    await chat.hold(thought);
    await chat.commit(thought, "one", "two");
    await chat.record.enqueue(chat.conversation, { source: "campaign", run: "r", part: 1, text: "sale" });
    expect((await contact(chat)).known["told"]).toBeUndefined();
    await chat.drain();
    const { known, counts } = await contact(chat);
    expect(Number(known["told"])).toBeGreaterThan(0);
    expect(counts).toEqual({
      received: "1",
      new: "1",
      answered: "1",
      notice: "1",
      assistant: "2",
      campaign: "1",
    });
  });

  test("of the team is none: nothing is known or counted, and no silence keeps Aurora out", async () => {
    const chat = await deployment().chat();
    await chat.owner("o");
    expect(await chat.receive({ kind: "customer", id: "a", ...person, text: "a", who: "team" })).toBe(
      "stored",
    );
    expect((await chat.think()).messages).toMatchObject([{ text: "a", who: "team" }]);
    const { known, chats, counts } = await contact(chat);
    expect([known["first"], chats, counts]).toEqual([undefined, [], {}]);
  });
});

describe("who wants no campaigns", () => {
  const optOut = { kind: "customer", id: "x", ...person, text: "SAIR", optOut: "done" } as const;

  test("is told so once, without an AI, and it is remembered", async () => {
    const chat = await deployment().chat();
    expect(await chat.receive(optOut)).toBe("opted-out");
    expect((await chat.begin()).kind).toBe("send");
    expect(await chat.drain()).toEqual(["done"]);
    expect(await chat.receive(optOut)).toBe("repeated");
    const { known, counts } = await contact(chat);
    expect(Number(known["optedOut"])).toBeGreaterThan(0);
    expect(counts["optedOut"]).toBe("1");
    expect((await chat.lists()).history).toEqual(["customer: SAIR", "assistant: done"]);
  });

  test("is heard without being told so, where there are no words for it", async () => {
    const chat = await deployment().chat();
    expect(await chat.receive({ ...optOut, optOut: true })).toBe("opted-out");
    expect(await chat.view()).toMatchObject({ state: "rest", outbound: 0 });
    const { counts } = await contact(chat);
    expect(counts["optedOut"]).toBe("1");
  });

  test("is told so while a person has the chat, too", async () => {
    const chat = await deployment().chat();
    await chat.owner("o");
    expect(await chat.receive(optOut)).toBe("opted-out");
    expect(await chat.drain()).toEqual(["done"]);
  });

  test("is heard while an answer is thought, and does not end the thought", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    const thought = await chat.think();
    await chat.receive(optOut);
    expect(await chat.commit(thought, "to a")).toBe("committed");
    expect(await chat.drain()).toEqual(["done", "to a"]);
  });

  test("may want them again, and is answered", async () => {
    const chat = await deployment().chat();
    await chat.receive(optOut);
    await chat.drain();
    expect(await chat.receive({ kind: "customer", id: "y", ...person, text: "voltar", optIn: true })).toBe(
      "stored",
    );
    expect((await contact(chat)).known["optedOut"]).toBeUndefined();
  });
});

describe("what is left to a person", () => {
  const order = {
    kind: "hand-over",
    ...person,
    text: "[order]",
    reply: "somebody comes",
    forMs: MINUTE,
  } as const;

  test("is listed until one writes there", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    expect(await chat.receive({ ...order, id: "h" })).toBe("handed");
    expect(await chat.drain()).toEqual(["somebody comes"]);
    expect((await contact(chat)).handed).toEqual(["551@lid"]);
    expect((await chat.view()).silentUntil).toBeGreaterThan(Date.now());
    expect(await chat.say("b")).toBe("silenced");
    await chat.owner("o");
    expect((await contact(chat)).handed).toEqual([]);
    expect((await chat.lists()).history).toEqual([
      "customer: a",
      "customer: [order]",
      "assistant: somebody comes",
      "customer: b",
      "owner: o",
    ]);
  });

  test("by any process is left once, and said once for one reason", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    const options = { forMs: MINUTE, reason: "budget", reply: "tomorrow" };
    expect(await chat.record.handOver(chat.conversation, options)).toBe("handed");
    expect(await chat.record.handOver(chat.conversation, options)).toBe("silenced");
    expect(await chat.drain()).toEqual(["tomorrow"]);
    const { handed, counts } = await contact(chat);
    expect(handed).toEqual(["551@lid"]);
    expect(counts["handed"]).toBe("1");
  });

  test("is not thought on: who was at it is too late", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    const thought = await chat.think();
    await chat.record.handOver(chat.conversation, { forMs: MINUTE, reason: "r" });
    expect(await chat.commit(thought, "to a")).toBe("stale");
    expect(await chat.view()).toMatchObject({ state: "rest", inbound: 0 });
  });
});

describe("what cannot be read", () => {
  const photo = {
    kind: "acknowledge",
    ...person,
    text: "[photo]",
    reply: "got it",
    everyMs: MINUTE,
  } as const;

  test("is thanked for once, however many there are", async () => {
    const chat = await deployment().chat();
    for (const id of ["1", "2", "3"]) expect(await chat.receive({ ...photo, id })).toBe("acknowledged");
    expect(await chat.drain()).toEqual(["got it"]);
    expect((await chat.lists()).history).toEqual([
      "customer: [photo]",
      "customer: [photo]",
      "customer: [photo]",
      "assistant: got it",
    ]);
  });

  test("joins the history only, where a person has the chat or nothing is to be said", async () => {
    const chat = await deployment().chat();
    const { reply: _, ...silent } = photo;
    expect(await chat.receive({ ...silent, id: "1" })).toBe("acknowledged");
    await chat.owner("o");
    expect(await chat.receive({ ...photo, id: "2" })).toBe("silenced");
    expect(await chat.view()).toMatchObject({ state: "rest", outbound: 0 });
  });
});
