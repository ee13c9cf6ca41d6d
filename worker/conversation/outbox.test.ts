import { describe, expect, test, vi } from "vitest";
import type { Kind } from "../limits/fleet-rate.ts";
import type { Logger } from "../runtime/logging.ts";
import { Outbox } from "./outbox.ts";
import { MINUTE, useRecord, type Chat } from "./record-fixture.ts";
import type { Conversation } from "./types.ts";

const deployment = useRecord();
const quiet: Logger = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };

const every = (): boolean => true;

/** An outbox over one chat with an answer of these parts, on a socket that writes down what it sends. */
async function outboxFor(...parts: string[]) {
  const chat: Chat = await (await deployment()).chat();
  await chat.say("a");
  await chat.commit(await chat.think(), ...parts);
  const written: { id: string; text: string }[] = [];
  const woken: Conversation[] = [];
  const state = { online: true, broken: false, holds: true, socket: 1 };
  const outbox = new Outbox({
    record: chat.record,
    log: quiet,
    ackMs: MINUTE,
    lease: () => (state.holds ? chat.lease : undefined),
    wire: () =>
      state.online
        ? {
            id: `socket ${state.socket}`,
            send: async (_to, id, text) => {
              if (state.broken) throw new Error("broken pipe");
              written.push({ id, text });
            },
          }
        : undefined,
    wake: (conversation) => woken.push(conversation),
    acked: () => {},
  });
  const ack = (id: string): Promise<void> =>
    outbox.acknowledge(chat.conversation.organization, { kind: "acked", id });
  return { chat, outbox, written, woken, state, ack };
}

test("the next part goes out after the ack of the one before", async () => {
  const { chat, outbox, written, ack } = await outboxFor("one", "two");
  await outbox.deliver(chat.conversation);
  await outbox.deliver(chat.conversation);
  expect(written.map(({ text }) => text)).toEqual(["one"]);
  await ack(written[0]!.id);
  expect(written.map(({ text }) => text)).toEqual(["one", "two"]);
  await ack(written[1]!.id);
  expect(await chat.view()).toMatchObject({ state: "rest", outbound: 0 });
});

test("nothing counts as sent while the socket is closed or the lease is gone", async () => {
  const { chat, outbox, written, state } = await outboxFor("one");
  state.online = false;
  await outbox.deliver(chat.conversation);
  Object.assign(state, { online: true, holds: false });
  await outbox.deliver(chat.conversation);
  expect(written).toEqual([]);
  expect(await chat.part()).toMatchObject({ sends: 1, repeat: false });
});

test("what a broken socket took goes out on the next one, under the same id", async () => {
  const { chat, outbox, written, state } = await outboxFor("one");
  state.broken = true;
  await outbox.deliver(chat.conversation);
  outbox.disconnected(chat.conversation.organization);
  Object.assign(state, { broken: false, socket: 2 });
  await outbox.deliver(chat.conversation);
  expect(written).toEqual([{ id: chat.idOf(1, 1), text: "one" }]);
});

test("a part that WhatsApp refuses is kept with the reason, and the conversation goes on", async () => {
  const { chat, outbox, written, woken } = await outboxFor("one", "two");
  await outbox.deliver(chat.conversation);
  await chat.say("b");
  await outbox.acknowledge(chat.conversation.organization, {
    kind: "refused",
    id: written[0]!.id,
    code: 463,
  });
  expect(written).toHaveLength(1);
  expect(await chat.view()).toMatchObject({
    state: "waiting",
    refused: [{ reason: "WhatsApp error 463" }, {}],
  });
  expect(woken).toEqual([chat.conversation]);
});

test("a part that no key opens any more is refused, and keeps nothing behind it", async () => {
  const { chat, outbox, written, woken } = await outboxFor("one");
  const out = `${chat.deployment.keys.prefix}:conversation:acme:551@lid:out`;
  const part = JSON.parse((await chat.deployment.redis.lindex(out, 0))!) as object;
  await chat.deployment.redis.lset(out, 0, JSON.stringify({ ...part, body: "gone.AAAA" }));
  await chat.record.enqueue(chat.conversation, { source: "message", run: "m", part: 1, text: "two" });
  await chat.say("b");
  await outbox.deliver(chat.conversation);
  expect(written.map(({ text }) => text)).toEqual(["two"]);
  expect((await chat.view()).refused).toMatchObject([{ id: chat.idOf(1, 1), reason: "no key opens it" }]);
  expect(woken).toEqual([]);
});

test("an ack for what this process did not send changes nothing", async () => {
  const { chat, outbox, ack } = await outboxFor("one");
  await outbox.deliver(chat.conversation);
  await ack("3EB0SOMEBODYELSE");
  expect(await chat.view()).toMatchObject({ state: "sending", outbound: 1 });
});

test("a drain waits for the acks of what is on its way, and for no others", async () => {
  const { chat, outbox, written, ack } = await outboxFor("one");
  await outbox.idle(every, MINUTE);
  await outbox.deliver(chat.conversation);
  const idle = outbox.idle(every, MINUTE);
  await ack(written[0]!.id);
  await idle;
});

test("who lets one organization go does not wait for the acks of another", async () => {
  const { chat, outbox } = await outboxFor("one");
  await outbox.deliver(chat.conversation);
  await outbox.idle((organization) => organization !== chat.conversation.organization, MINUTE);
});

test("a drain does not wait for a socket that is gone", async () => {
  const { chat, outbox } = await outboxFor("one");
  await outbox.deliver(chat.conversation);
  const idle = outbox.idle(every, MINUTE);
  outbox.disconnected(chat.conversation.organization);
  await idle;
});

describe("within the fleet's rate", () => {
  /** Two outboxes' worth of chats over one outbox, with tokens that the test hands out. */
  async function limited(...chats: string[]) {
    const one = await deployment();
    const tokens: Record<Kind, number> = { reply: 0, bulk: 0 };
    /** `asking`: what the next questions for a token wait for, one each. */
    const state = { online: true, failing: false, asking: [] as Promise<void>[] };
    const taken: Kind[] = [];
    const written: string[] = [];
    const work: Promise<void>[] = [];
    const lease = await one.lease("acme");
    const all: Chat[] = [];
    for (const name of chats) {
      const chat = await one.chat("acme", `${name}@lid`);
      await chat.say(name);
      await chat.commit(await chat.think(), `re ${name}`);
      all.push(chat);
    }
    const outbox = new Outbox({
      record: one.record,
      log: quiet,
      ackMs: MINUTE,
      lease: () => lease,
      wire: () =>
        state.online
          ? { id: "socket 1", send: async (_to, _id, text) => void written.push(text) }
          : undefined,
      wake: () => {},
      acked: () => {},
      limit: {
        take: async (kind) => {
          if (state.failing) throw new Error("the store is gone");
          await state.asking.shift();
          if (tokens[kind] === 0) return 5;
          tokens[kind]--;
          taken.push(kind);
          return 0;
        },
        giveBack: () => {
          tokens.reply++;
        },
        later: (sending) => void work.push(sending),
      },
    });
    const sent = async (...texts: string[]): Promise<void> => {
      await vi.waitUntil(() => written.length >= texts.length);
      await Promise.all(work.splice(0));
      expect(written.splice(0)).toEqual(texts);
    };
    return { one, all, outbox, state, tokens, taken, written, sent };
  }

  test("what may not go yet is not marked as sent, and goes as soon as there is room, in its order", async () => {
    const { all, outbox, tokens, written, sent } = await limited("a", "b", "c");
    for (const { conversation } of all) await outbox.deliver(conversation);
    expect(written).toEqual([]);
    for (const chat of all) expect(await chat.view()).toMatchObject({ state: "sending" });
    expect(tokens.reply).toBe(0);
    tokens.reply = 2;
    await sent("re a", "re b");
    expect(tokens.reply).toBe(0);
    tokens.reply = 1;
    await sent("re c");
  });

  test("who comes later stands behind those who wait, and no token comes of it", async () => {
    const { all, outbox, tokens, sent } = await limited("a", "b");
    await outbox.deliver(all[0]!.conversation);
    tokens.reply = 1;
    await outbox.deliver(all[1]!.conversation);
    await sent("re a");
    expect(tokens.reply).toBe(0);
    tokens.reply = 1;
    await sent("re b");
  });

  test("a token for which there was nothing to send is given back", async () => {
    const { all, outbox, tokens, sent } = await limited("a");
    tokens.reply = 1;
    await outbox.deliver(all[0]!.conversation);
    await sent("re a");
    tokens.reply = 1;
    await outbox.deliver(all[0]!.conversation);
    expect(tokens.reply).toBe(1);
  });

  test("what goes to many takes a token of its own, and waits while replies go on", async () => {
    const { one, all, outbox, tokens, taken, written, sent } = await limited("a");
    const bulk = await one.chat("acme", "bulk@lid");
    await one.record.enqueue(bulk.conversation, { source: "campaign", run: "1", part: 0, text: "offer" });
    tokens.reply = 1;
    await outbox.deliver(bulk.conversation);
    expect([written, tokens.reply]).toEqual([[], 1]);
    await outbox.deliver(all[0]!.conversation);
    await sent("re a");
    tokens.bulk = 1;
    await sent("offer");
    expect(taken.filter((kind) => kind === "bulk")).toHaveLength(1);
  });

  test("who asks while others come to stand in line stands behind them", async () => {
    const { all, outbox, state, tokens, written, sent } = await limited("a", "b");
    const [first, second, third] = [1, 2, 3].map(() => Promise.withResolvers<void>());
    state.asking = [first!.promise, second!.promise, third!.promise];
    const [one, other] = all.map(({ conversation }) => outbox.deliver(conversation));
    first!.resolve();
    await one;
    tokens.reply = 1;
    second!.resolve();
    await other;
    expect([written, tokens.reply]).toEqual([[], 1]);
    third!.resolve();
    await sent("re a");
    tokens.reply = 1;
    await sent("re b");
  });

  test("a token for what can no more be sent, once it is there, is given back", async () => {
    const { all, outbox, state, tokens, written } = await limited("a");
    const asked = Promise.withResolvers<void>();
    state.asking = [asked.promise];
    tokens.reply = 1;
    const delivering = outbox.deliver(all[0]!.conversation);
    state.online = false;
    asked.resolve();
    await delivering;
    expect([written, tokens.reply]).toEqual([[], 1]);
    expect(await all[0]!.part()).toMatchObject({ sends: 1, repeat: false });
  });

  test("where the rate cannot be asked, it is asked again a second later", async () => {
    const { all, outbox, state, tokens, written, sent } = await limited("a");
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      await outbox.deliver(all[0]!.conversation);
      state.failing = true;
      await vi.advanceTimersByTimeAsync(5);
      Object.assign(state, { failing: false });
      tokens.reply = 1;
      await vi.advanceTimersByTimeAsync(999);
      expect([written, tokens.reply]).toEqual([[], 1]);
      await vi.advanceTimersByTimeAsync(1);
    } finally {
      vi.useRealTimers();
    }
    await sent("re a");
  });

  test("a socket that is gone leaves nobody in the line", async () => {
    const { all, outbox, tokens, written } = await limited("a");
    await outbox.deliver(all[0]!.conversation);
    outbox.disconnected("acme");
    tokens.reply = 1;
    // A later one finds no line before it.
    await outbox.deliver(all[0]!.conversation);
    expect(written).toEqual(["re a"]);
  });
});
