import { describe, expect, test } from "vitest";
import { LeaseLost, type Lease } from "../sessions/lease.ts";
import { shardOf } from "../sessions/shards.ts";
import { useRecord, type Chat, type Deployment } from "./record-fixture.ts";

const deployment = useRecord();

const conversation = { organization: "acme", chat: "551@lid" };
const customer = { kind: "customer", id: "x", sender: "551@lid", at: 1, text: "x" } as const;
const owner = { kind: "owner", id: "y", sender: "me@lid", at: 1, forMs: 1_000, text: "y" } as const;
const other = { kind: "other", id: "z", sender: "551@lid" } as const;
const plain = Buffer.from("plain");

/** Every call that takes a lease, in a conversation that is brought to where it would write. */
const calls: Record<string, (chat: Chat) => Promise<(lease: Lease) => Promise<unknown>>> = {
  "receive a customer's message":
    async ({ record }) =>
    (lease) =>
      record.receive(lease, conversation, customer, plain),
  "receive the owner's message":
    async ({ record }) =>
    (lease) =>
      record.receive(lease, conversation, owner, plain),
  "receive another message":
    async ({ record }) =>
    (lease) =>
      record.receive(lease, conversation, other, plain),
  silence:
    async ({ record }) =>
    (lease) =>
      record.silence(lease, conversation, { forMs: 1_000 }),
  begin: async (chat) => {
    await chat.say("a");
    return (lease) => chat.record.begin(lease, conversation, { attemptMs: 1_000 });
  },
  hold: async (chat) => {
    await chat.say("a");
    const thought = await chat.think();
    return (lease) => chat.record.hold(lease, conversation, thought, "one moment");
  },
  commit: async (chat) => {
    await chat.say("a");
    const thought = await chat.think();
    return (lease) => chat.record.commit(lease, conversation, thought, ["one"]);
  },
  fail: async (chat) => {
    await chat.say("a");
    const thought = await chat.think();
    return (lease) =>
      chat.record.fail(lease, conversation, thought, { maxAttempts: 1, backoffMs: 0, fallback: "sorry" });
  },
  sent: async (chat) => {
    await chat.say("a");
    await chat.commit(await chat.think(), "one");
    return (lease) => chat.record.sent(lease, conversation, { ackMs: 1_000, wire: "w" });
  },
  acked: async (chat) => {
    await chat.say("a");
    await chat.commit(await chat.think(), "one");
    const { id } = await chat.part();
    return (lease) => chat.record.acked(lease, conversation, id);
  },
  refused: async (chat) => {
    await chat.say("a");
    await chat.commit(await chat.think(), "one");
    const { id } = await chat.part();
    return (lease) => chat.record.refused(lease, conversation, id, "463");
  },
  retry: async (chat) => {
    await chat.say("a");
    await chat.fail(await chat.think(), { maxAttempts: 1 });
    await chat.drain();
    return (lease) => chat.record.retry(lease, conversation);
  },
};

/** Every way not to hold a shard; the lease returned is what the caller believes to have. */
const losses: Record<string, (here: Deployment, held: Lease) => Promise<Lease>> = {
  "without a lease": async (here, held) => {
    await here.redis.hdel(here.keys.leases, `${held.shard}`);
    return held;
  },
  "under an older epoch": async (here, held) => {
    await here.lease("acme", { epoch: "8" });
    return held;
  },
  "under an epoch not given out": async (_, held) => ({ ...held, epoch: "70" }),
  "after another took it over": async (here, held) => {
    await here.lease("acme", { owner: "you", epoch: "7" });
    return held;
  },
  "after it was released": async (here, held) => {
    await here.lease("acme", { owner: "-" });
    return held;
  },
  "after it expired": async (here, held) => {
    await here.lease("acme", { forMs: -1 });
    return held;
  },
};

describe.each(Object.entries(losses))("%s", (_loss, lose) => {
  test.each(Object.entries(calls))("%s is refused and writes nothing", async (_, prepare) => {
    const chat = await deployment().chat();
    const call = await prepare(chat);
    const lease = await lose(chat.deployment, chat.lease);
    const stored = await chat.deployment.dump();
    await expect(call(lease)).rejects.toBeInstanceOf(LeaseLost);
    expect(await chat.deployment.dump()).toEqual(stored);
  });
});

test.each(Object.entries(calls))("under the lease, %s writes", async (_, prepare) => {
  const chat = await deployment().chat();
  const call = await prepare(chat);
  const stored = await chat.deployment.dump();
  await call(chat.lease);
  expect(await chat.deployment.dump()).not.toEqual(stored);
});

test("the lease of another shard does not do", async () => {
  const here = deployment();
  const elsewhere = await here.lease("other");
  expect(elsewhere.shard).not.toBe(shardOf("acme"));
  await expect(here.record.begin(elsewhere, conversation, { attemptMs: 1 })).rejects.toThrow(
    "acme belongs to shard",
  );
});

test("two organizations with one customer do not see each other's", async () => {
  const here = deployment();
  const acme = await here.chat("acme");
  const zeta = await here.chat("zeta");
  await acme.say("a");
  expect(await zeta.say("a")).toBe("stored");
  await zeta.owner("mine", { forMs: 60_000 });
  const thought = await acme.think();
  expect(thought.messages).toHaveLength(1);
  await acme.commit(thought, "one");
  expect(await zeta.send()).toEqual({ kind: "none" });
  const { id } = await acme.part();
  expect(await zeta.ack(id)).toBe("unknown");
  expect(await acme.ack(id)).toBe("rest");
  expect(await zeta.record.sentText("zeta", id)).toBeUndefined();
  expect((await zeta.lists()).history).toEqual(["customer: a", "owner: mine"]);
});

test("a thought's token does not do for another conversation", async () => {
  const here = deployment();
  const [one, two] = [await here.chat("acme", "1@lid"), await here.chat("acme", "2@lid")];
  await one.say("a");
  await two.say("a");
  const thought = await one.think();
  await two.think();
  expect(await two.commit(thought, "one")).toBe("stale");
});
