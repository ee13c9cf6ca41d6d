import { beforeEach, expect, test, vi } from "vitest";
import type { Lease } from "../sessions/lease.ts";
import { Receipts } from "./receipts.ts";
import { policyOf } from "./policy.ts";
import { useRecord, type Chat, type Deployment } from "./record-fixture.ts";

const deployment = useRecord();
const DAY = "2026-11-25";
const AT = 1_700_000_000_000;

let here: Deployment;
let warned: string[];
let leases: Map<string, Lease>;
let receipts: Receipts;

beforeEach(() => {
  here = deployment();
  warned = [];
  leases = new Map();
  const nothing = (): void => {};
  receipts = new Receipts({
    redis: here.redis,
    keys: here.keys,
    log: { error: nothing, warn: (event) => void warned.push(event), info: nothing, debug: nothing },
    lease: (organization) => leases.get(organization),
    policy: () => ({ ...policyOf(undefined), day: DAY, retentionMs: 1_000_000 }),
  });
});

async function chatOf(organization = "acme"): Promise<Chat> {
  const chat = await here.chat(organization);
  leases.set(organization, chat.lease);
  return chat;
}

/** A reply that was sent and acked; its id. */
async function replied(chat: Chat): Promise<string> {
  await chat.say("oi");
  await chat.commit(await chat.think(), "olá");
  const { id } = await chat.part();
  await chat.ack(id);
  return id;
}

const day = async (organization = "acme"): Promise<Record<string, string>> => {
  const { delivered, read } = await here.redis.hgetall(`${here.keys.prefix}:day:${organization}:${DAY}`);
  return { ...(delivered && { delivered }), ...(read && { read }) };
};

test("how far a reply came is kept, and only advances", async () => {
  const id = await replied(await chatOf());
  const state = async () => await here.record.receiptOf("acme", id);
  expect(await state()).toBeUndefined();

  receipts.add("acme", { ids: [id], state: "delivered", at: AT });
  await receipts.flush();
  expect(await state()).toEqual({ state: "delivered", at: AT });

  receipts.add("acme", { ids: [id], state: "read", at: AT + 1 });
  receipts.add("acme", { ids: [id], state: "delivered", at: AT + 2 });
  await receipts.flush();
  receipts.add("acme", { ids: [id], state: "delivered", at: AT + 3 });
  await receipts.flush();
  expect(await state()).toEqual({ state: "read", at: AT + 1 });
  expect(await day()).toEqual({ delivered: "1", read: "1" });

  receipts.add("acme", { ids: [id], state: "played", at: AT + 4 });
  await receipts.flush();
  expect(await state()).toEqual({ state: "played", at: AT + 4 });
  expect(await day()).toEqual({ delivered: "1", read: "1" });
});

test("of two that say the same the first one tells when", async () => {
  const id = await replied(await chatOf());
  receipts.add("acme", { ids: [id], state: "read", at: AT });
  receipts.add("acme", { ids: [id], state: "read", at: AT + 1_000 });
  await receipts.flush();
  expect(await here.record.receiptOf("acme", id)).toEqual({ state: "read", at: AT });
});

test("what was read without a word of delivery was delivered", async () => {
  const id = await replied(await chatOf());
  receipts.add("acme", { ids: [id], state: "read", at: AT });
  await receipts.flush();
  expect(await day()).toEqual({ delivered: "1", read: "1" });
});

test("a part's state ends with the part", async () => {
  const id = await replied(await chatOf());
  receipts.add("acme", { ids: [id], state: "read", at: AT });
  await receipts.flush();
  const { prefix } = here.keys;
  const [sent, receipt] = await Promise.all([
    here.redis.pttl(`${prefix}:sent:acme:${id}`),
    here.redis.pttl(`${prefix}:receipt:acme:${id}`),
  ]);
  expect(Math.abs(sent - receipt)).toBeLessThan(60_000);
});

test("a campaign counts its own, and one that is gone does not come back", async () => {
  const chat = await chatOf();
  const campaign = `${here.keys.prefix}:campaigns:acme:natal`;
  await here.redis.hset(campaign, { state: "running", recipients: 10, total: 10 });
  const ids: string[] = [];
  for (const [part, run] of ["natal", "natal", "gone"].entries()) {
    await chat.record.enqueue(chat.conversation, { source: "campaign", run, part, text: "oferta" });
    const { id } = await chat.part();
    await chat.ack(id);
    ids.push(id);
  }
  receipts.add("acme", { ids: ids.slice(0, 1), state: "read", at: AT });
  receipts.add("acme", { ids: ids.slice(1), state: "delivered", at: AT });
  await receipts.flush();
  expect(await here.redis.hmget(campaign, "delivered", "read")).toEqual(["2", "1"]);
  expect(await here.redis.exists(`${here.keys.prefix}:campaigns:acme:gone`)).toBe(0);
  expect(await day()).toEqual({ delivered: "3", read: "1" });
});

test("ids that are none of ours cost nothing, and those of nobody's parts are forgotten", async () => {
  await chatOf();
  const before = await here.dump();
  receipts.add("acme", { ids: ["3A0123456789ABCDEF01", "", "x".repeat(10_000)], state: "read", at: AT });
  await receipts.flush();
  receipts.add("acme", { ids: [`3EB0${"A".repeat(18)}`], state: "read", at: AT });
  await receipts.flush();
  expect(await here.dump()).toEqual(before);
});

test("one write takes those of all organizations; a shard that is another's keeps out the others' nothing", async () => {
  const [own, others] = [await chatOf("acme"), await chatOf("other")];
  const ids = [await replied(own), await replied(others)];
  await here.lease("other", { epoch: "8" });
  const evaluate = vi.spyOn(here.redis, "evalsha");
  receipts.add("acme", { ids: [ids[0]!], state: "delivered", at: AT });
  receipts.add("other", { ids: [ids[1]!], state: "delivered", at: AT });
  await receipts.flush();
  expect(evaluate).toHaveBeenCalledOnce();
  evaluate.mockRestore();
  expect(await here.record.receiptOf("acme", ids[0]!)).toMatchObject({ state: "delivered" });
  expect(await here.record.receiptOf("other", ids[1]!)).toBeUndefined();
  expect(await here.record.receiptOf("acme", ids[1]!)).toBeUndefined();
});

test("what belongs to a shard that was let go is dropped, and a store that fails stops nobody", async () => {
  const id = await replied(await chatOf());
  leases.clear();
  receipts.add("acme", { ids: [id], state: "delivered", at: AT });
  await receipts.flush();
  expect(await here.record.receiptOf("acme", id)).toBeUndefined();

  await chatOf();
  const evaluate = vi.spyOn(here.redis, "evalsha").mockRejectedValue(new Error("the store is gone"));
  receipts.add("acme", { ids: [id], state: "delivered", at: AT });
  await receipts.flush();
  evaluate.mockRestore();
  expect(warned).toEqual(["receipts not recorded"]);
});

test("they go by themselves when a second is over, and at once when there are a hundred", async () => {
  const id = await replied(await chatOf());
  const evaluate = vi.spyOn(here.redis, "evalsha");
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    receipts.add("acme", { ids: [id], state: "delivered", at: AT });
    vi.advanceTimersByTime(999);
    expect(evaluate).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(evaluate).toHaveBeenCalledOnce();
    const many = Array.from({ length: 100 }, (_, index) => `3EB0${`${index}`.padStart(18, "0")}`);
    receipts.add("acme", { ids: many, state: "delivered", at: AT });
    expect(evaluate).toHaveBeenCalledTimes(2);
    receipts.add("acme", { ids: [id], state: "read", at: AT });
    expect(evaluate).toHaveBeenCalledTimes(2);
  } finally {
    vi.useRealTimers();
    evaluate.mockRestore();
  }
  await receipts.flush();
});
