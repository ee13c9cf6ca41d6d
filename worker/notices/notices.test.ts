import { expect, test, vi } from "vitest";
import { NOTICES, dueKey } from "../conversation/keys.ts";
import { policyOf } from "../conversation/policy.ts";
import { useRecord, type Deployment } from "../conversation/record-fixture.ts";
import { ConversationRecord } from "../conversation/record.ts";
import type { Triggers } from "../conversation/starts.ts";
import type { Conversation } from "../conversation/types.ts";
import { readDone } from "../cron/done.ts";
import { shardOf } from "../sessions/shards.ts";
import { NoticeDelivery, type DeliveryOptions } from "./delivery.ts";
import { ErasedMeanwhile, Notices } from "./notices.ts";

const deployment = useRecord();
const [ANA, BIA] = ["5511911111111", "5511922222222"] as const;

function noticesOf(one: Deployment): Notices {
  return new Notices(one);
}

/** An owner of acme's shard, whose number knows these people. */
async function ownerOf(
  one: Deployment,
  people: Record<string, string>,
  changed: Partial<DeliveryOptions> = {},
) {
  const lease = await one.lease("acme");
  const delivered: Conversation[] = [];
  const warnings: string[] = [];
  const resolve = vi.fn<(number: string) => Promise<string | undefined>>(async (number) => people[number]);
  const state: { connected: boolean } = { connected: true };
  const delivery = new NoticeDelivery({
    ...one,
    log: {
      error: () => {},
      info: () => {},
      debug: () => {},
      warn: (_event, fields) => void warnings.push(String(fields?.["why"])),
    },
    policy: () => policyOf(undefined),
    lease: () => lease,
    connection: () => (state.connected ? { resolve } : undefined),
    perform: async (_organization, work) => {
      await work().catch((error: Error) => warnings.push(error.name));
    },
    deliver: async (conversation) => void delivered.push(conversation),
    ...changed,
  });
  const look = (): Promise<void> => delivery.look("acme");
  return { delivery, delivered, warnings, resolve, state, look };
}

async function isDue(one: Deployment): Promise<boolean> {
  const score = await one.redis.zscore(dueKey(one.keys.prefix, shardOf("acme")), `acme ${NOTICES}`);
  return score !== null && Number(score) <= Date.now();
}

const told = (id: string, number: string = ANA) => ({
  organization: "acme",
  to: { number },
  id,
  text: `about ${id}`,
});

test("a notice waits for the owner of the number, and joins the talk with whom it is for", async () => {
  const one = await deployment();
  expect(await noticesOf(one).push(told("a"))).toBe("queued");
  expect(await isDue(one)).toBe(true);
  const { look, delivered } = await ownerOf(one, { [ANA]: "ana@lid" });
  await look();
  expect(delivered).toEqual([{ organization: "acme", chat: "ana@lid" }]);
  const chat = await one.chat("acme", "ana@lid");
  expect(await chat.drain()).toEqual(["about a"]);
  expect((await chat.lists()).history).toEqual(["assistant: about a"]);
  expect(await isDue(one)).toBe(false);
});

test("it is no reply, and no campaign, to whoever counts", async () => {
  const one = await deployment();
  await noticesOf(one).push(told("a"));
  await (await ownerOf(one, { [ANA]: "ana@lid" })).look();
  await (await one.chat("acme", "ana@lid")).drain();
  const day = await one.redis.hgetall(`${one.keys.prefix}:day:acme:${policyOf(undefined).day}`);
  expect(day).toEqual({ notice: "1" });
});

test("who is told is no contact: nothing is known of them, and no reply is expected", async () => {
  const one = await deployment();
  const triggers: Triggers = {
    starts: () => [],
    expects: () => [{ automation: "quiet", run: "quiet-1", afterMs: 1_000 }],
  };
  const record = new ConversationRecord({ ...one, triggers });
  await one.redis.hset(`${one.keys.prefix}:automations:acme`, "quiet", "1 on 5 stop 1 no-reply");
  await noticesOf(one).push(told("a"));
  await (await ownerOf(one, { [ANA]: "ana@lid" })).look();
  const chat = await one.chat("acme", "ana@lid");
  const { id } = await chat.part();
  await record.acked(chat.lease, chat.conversation, id);
  expect(await chat.view()).toMatchObject({ state: "rest", outbound: 0 });
  expect(await one.redis.keys(`${one.keys.prefix}:contact:*`)).toEqual([]);
  expect(await chat.dueMembers()).toEqual([]);
});

test("a number that stays away keeps what it had to tell for a day longer than that is worth telling", async () => {
  const one = await deployment();
  const notices = noticesOf(one);
  const day = 24 * 3_600_000;
  const left = async (): Promise<number> => await one.redis.pttl(`${one.keys.prefix}:notices:acme`);
  await notices.push({ ...told("a"), forMs: 60_000 });
  expect(await left()).toBeGreaterThan(day);
  expect(await left()).toBeLessThanOrEqual(day + 60_000);
  await notices.push(told("b"));
  await notices.push({ ...told("c"), forMs: 60_000 });
  expect(await left()).toBeGreaterThan(2 * day - 60_000);
});

test("the same one is told once, also after it was delivered; each of two people is told", async () => {
  const one = await deployment();
  const notices = noticesOf(one);
  expect([
    await notices.push(told("a")),
    await notices.push(told("a")),
    await notices.push(told("a", BIA)),
  ]).toEqual(["queued", "repeated", "queued"]);
  const { look, delivered } = await ownerOf(one, { [ANA]: "ana@lid", [BIA]: "bia@lid" });
  await look();
  expect(await notices.push(told("a"))).toBe("repeated");
  await look();
  expect(delivered.map(({ chat }) => chat)).toEqual(["ana@lid", "bia@lid"]);
});

test("without a socket nothing is asked of the store, and it waits", async () => {
  const one = await deployment();
  await noticesOf(one).push(told("a"));
  const owner = await ownerOf(one, { [ANA]: "ana@lid" });
  owner.state.connected = false;
  await owner.look();
  expect([owner.delivered, await isDue(one)]).toEqual([[], true]);
  owner.state.connected = true;
  await owner.look();
  expect(owner.delivered).toHaveLength(1);
});

test("a number that nobody has is dropped, and holds nobody up", async () => {
  const one = await deployment();
  await noticesOf(one).push(told("a", "5511900000000"));
  await noticesOf(one).push(told("b"));
  const { look, delivered, warnings } = await ownerOf(one, { [ANA]: "ana@lid" });
  await look();
  expect(warnings).toEqual(["nobody on WhatsApp has this number"]);
  expect(delivered).toHaveLength(1);
});

test("one that cannot be asked for now is asked for again", async () => {
  const one = await deployment();
  await noticesOf(one).push(told("a"));
  const owner = await ownerOf(one, { [ANA]: "ana@lid" });
  owner.resolve.mockRejectedValueOnce(new Error("connection closed"));
  await owner.look();
  expect([owner.warnings, owner.delivered, await isDue(one)]).toEqual([["Error"], [], true]);
  await owner.look();
  expect(owner.delivered).toHaveLength(1);
});

test("what is out of date is not told any more", async () => {
  const one = await deployment();
  await noticesOf(one).push({ ...told("a"), forMs: 1 });
  await new Promise((resolve) => setTimeout(resolve, 5));
  const { look, delivered, warnings } = await ownerOf(one, { [ANA]: "ana@lid" });
  await look();
  expect([delivered, warnings, await isDue(one)]).toEqual([[], ["it is out of date"], false]);
});

test("one that was sealed with a key that is gone is dropped, and the next one is told", async () => {
  const one = await deployment();
  const other = await deployment();
  await new Notices({ ...one, sealing: other.sealing }).push(told("a"));
  await noticesOf(one).push(told("b"));
  const { look, delivered, warnings } = await ownerOf(one, { [ANA]: "ana@lid" });
  await look();
  expect(delivered).toHaveLength(1);
  expect(warnings).toHaveLength(1);
});

test("who has lost the shard releases nothing", async () => {
  const one = await deployment();
  await noticesOf(one).push(told("a"));
  const owner = await ownerOf(one, { [ANA]: "ana@lid" });
  await one.lease("acme", { owner: "another", epoch: "8" });
  const before = await one.dump();
  await owner.look();
  expect([owner.warnings, owner.delivered]).toEqual([["LeaseLost"], []]);
  expect(await one.dump()).toEqual(before);
});

test("what another one told meanwhile is not told for the next one in its place", async () => {
  const one = await deployment();
  await noticesOf(one).push(told("a"));
  await noticesOf(one).push(told("b", BIA));
  const { look, resolve, delivered } = await ownerOf(one, {});
  resolve.mockImplementationOnce(async () => {
    await one.redis.lpop(`${one.keys.prefix}:notices:acme`);
    return "ana@lid";
  });
  resolve.mockImplementationOnce(async () => "bia@lid");
  await look();
  expect(delivered.map(({ chat }) => chat)).toEqual(["bia@lid"]);
  expect(await (await one.chat("acme", "ana@lid")).drain()).toEqual([]);
  expect(await (await one.chat("acme", "bia@lid")).drain()).toEqual(["about b"]);
});

test("who looks while it is being looked at already does nothing", async () => {
  const one = await deployment();
  await noticesOf(one).push(told("a"));
  const { look, resolve, delivered } = await ownerOf(one, { [ANA]: "ana@lid" });
  await Promise.all([look(), look()]);
  expect(resolve).toHaveBeenCalledOnce();
  expect(delivered).toHaveLength(1);
});

test("where they were erased meanwhile nobody looks for them again", async () => {
  const one = await deployment();
  await noticesOf(one).push(told("a"));
  await one.redis.del(`${one.keys.prefix}:notices:acme`);
  await (await ownerOf(one, {})).look();
  expect(await isDue(one)).toBe(false);
});

test("of hundreds that nobody could take the last ones are kept", async () => {
  const one = await deployment();
  for (let index = 0; index < 130; index++) await noticesOf(one).push(told(`n${index}`));
  expect(await one.redis.llen(`${one.keys.prefix}:notices:acme`)).toBe(100);
});

test("neither the store nor its keys show whom or what", async () => {
  const one = await deployment();
  await noticesOf(one).push(told("a"));
  const keys = await one.redis.keys(`${one.keys.prefix}:*`);
  const listed = await one.redis.lrange(`${one.keys.prefix}:notices:acme`, 0, -1);
  expect(JSON.stringify([keys, listed])).not.toMatch(/about a|5511911111111/);
});

test.each(["", "a b", "a:b", "ç", "x".repeat(101)])("an id of %j is refused", async (id) => {
  const one = await deployment();
  await expect(noticesOf(one).push(told(id))).rejects.toThrow("notice: expected an id");
});

test("what a job comes to is told with the day it is of, once, and days never go back", async () => {
  const one = await deployment();
  const conclude = (day: string, id = `summary-${day}`) =>
    noticesOf(one).conclude("acme", {
      job: "summary",
      day,
      erasures: "",
      notices: [{ to: { number: ANA }, id, text: day }],
      keep: { key: `${one.keys.prefix}:kept`, value: day, forMs: 60_000 },
    });
  const both = await Promise.all([conclude("2026-11-25", "one"), conclude("2026-11-25", "other")]);
  expect(both.toSorted()).toEqual(["concluded", "repeated"]);
  expect(await one.redis.llen(`${one.keys.prefix}:notices:acme`)).toBe(1);
  expect(await conclude("2026-11-24")).toBe("repeated");
  expect(await conclude("2026-11-26")).toBe("concluded");
  expect(await one.redis.get(`${one.keys.prefix}:kept`)).toBe("2026-11-26");
  expect(await readDone(one.redis, one.keys)).toEqual(new Map([["acme", { summary: "2026-11-26" }]]));
});

test("what a job comes to is not told once somebody was erased, who may be in it", async () => {
  const one = await deployment();
  const notices = noticesOf(one);
  const erasures = await notices.erasures();
  const outcome = {
    job: "opportunities",
    day: "2026-11-25",
    notices: [{ to: { number: ANA }, id: "opportunities-2026-11-25", text: "Bia" }],
    keep: { key: `${one.keys.prefix}:kept`, value: "Bia", forMs: 60_000 },
  };
  await one.redis.set(one.keys.erased, 1);
  await expect(notices.conclude("acme", { ...outcome, erasures })).rejects.toThrow(ErasedMeanwhile);
  expect(await one.redis.exists(`${one.keys.prefix}:kept`, `${one.keys.prefix}:notices:acme`)).toBe(0);
  expect(await readDone(one.redis, one.keys)).toEqual(new Map());
  expect(await notices.conclude("acme", { ...outcome, erasures: await notices.erasures() })).toBe(
    "concluded",
  );
});

test("a job that tells nobody is done all the same", async () => {
  const one = await deployment();
  const outcome = { job: "opportunities", day: "2026-11-25", erasures: "", notices: [] };
  expect(await noticesOf(one).conclude("acme", outcome)).toBe("concluded");
  expect(await noticesOf(one).conclude("acme", outcome)).toBe("repeated");
  expect(await isDue(one)).toBe(false);
});
