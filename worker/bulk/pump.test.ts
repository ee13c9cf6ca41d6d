import { afterEach, beforeEach, expect, test } from "vitest";
import { messageId } from "../conversation/message-id.ts";
import { useRecord } from "../conversation/record-fixture.ts";
import { OwnedNumber, type Pacing } from "./bulk-fixture.ts";

const deploy = useRecord();
const MINUTE = 60_000;
let number: OwnedNumber;
const opened: OwnedNumber[] = [];

async function another(pacing: Partial<Pacing> = {}): Promise<OwnedNumber> {
  number = await OwnedNumber.of(deploy(), { pacing });
  opened.push(number);
  return number;
}

beforeEach(async () => {
  await another();
});

afterEach(() => {
  for (const { pump } of opened.splice(0)) pump.close();
});

test("what is pushed goes out in its order, once, and then there is nothing to look at", async () => {
  const parts = ["551", "552", "553"].map((to) => number.part(to));
  expect(await number.lanes.push(parts)).toEqual(["queued", "queued", "queued"]);
  await number.run();
  expect(number.texts).toEqual(["oi 551", "oi 552", "oi 553"]);
  expect(await number.dueAt()).toBeUndefined();
  expect(await number.lanes.push([...parts, number.part("551", { part: 1, text: "e mais" })])).toEqual([
    "repeated",
    "repeated",
    "repeated",
    "queued",
  ]);
  await number.run();
  expect(number.texts.slice(3)).toEqual(["e mais"]);
});

test("the next one is due after the gap of the number's pace, which stands in the store", async () => {
  await another({ perMinute: 6 });
  await number.lanes.push(["551", "552"].map((to) => number.part(to)));
  const before = await number.now();
  await number.turn();
  expect(number.texts).toEqual(["oi 551"]);
  expect(await number.dueAt()).toBeGreaterThanOrEqual(before + 10_000);
  expect(await number.dueAt()).toBeLessThanOrEqual((await number.now()) + 10_000);
  await number.crash();
  await number.turn();
  expect(number.texts).toEqual(["oi 551"]);
});

test("what is pushed later waits for the gap after the last one, too", async () => {
  await another({ perMinute: 6 });
  await number.lanes.push([number.part("551")]);
  await number.turn();
  const before = await number.now();
  await number.lanes.push([number.part("552")]);
  expect(await number.dueAt()).toBeGreaterThan(before + 5_000);
});

test("no more than three of a number are on their way, and each ack lets the next one go", async () => {
  number.acks = false;
  await number.lanes.push(["551", "552", "553", "554"].map((to) => number.part(to)));
  await number.run();
  expect(number.texts).toHaveLength(3);
  await number.ack(number.wire[1]!);
  await number.run();
  expect(number.texts).toEqual(["oi 551", "oi 552", "oi 553", "oi 554"]);
});

test("a part that left its outbox without an ack, as when somebody is erased, is not waited for", async () => {
  number.acks = false;
  await number.lanes.push(["551", "552", "553", "554"].map((to) => number.part(to)));
  await number.run();
  const { redis, keys } = number.deployment;
  await redis.del(`${keys.prefix}:conversation:acme:552@lid:out`);
  await number.run();
  expect(number.texts).toHaveLength(4);
});

test("a number that is not connected releases nothing, and goes on when it is", async () => {
  number.connected = false;
  await number.lanes.push([number.part("551")]);
  await number.turn();
  const view = await number.deployment.record.view({ organization: "acme", chat: "551@lid" });
  expect(view.outbound).toBe(0);
  expect(await number.dueAt()).toBeLessThanOrEqual(await number.now());
  number.connected = true;
  await number.run();
  expect(number.texts).toEqual(["oi 551"]);
});

test("without the lease nothing is written", async () => {
  await number.lanes.push([number.part("551")]);
  await number.deployment.lease("acme", { owner: "another", epoch: "8" });
  const before = await number.deployment.dump();
  await number.turn();
  expect(number.texts).toEqual([]);
  expect(await number.deployment.dump()).toEqual(before);
});

test("in quiet hours nothing goes out, and it is due when they end", async () => {
  const clock = (ms: number) => new Date(ms).toISOString().slice(11, 16);
  const now = Date.now();
  await another({ quietFrom: clock(now - MINUTE), quietTo: clock(now + 120 * MINUTE) });
  await number.lanes.push([number.part("551")]);
  await number.turn();
  expect(number.texts).toEqual([]);
  const end = Math.floor((now + 120 * MINUTE) / MINUTE) * MINUTE;
  expect(await number.dueAt()).toBe(end);
});

test("when quiet hours are changed, what waits is looked at again", async () => {
  const clock = (ms: number) => new Date(ms).toISOString().slice(11, 16);
  const now = Date.now();
  const quiet = { quietFrom: clock(now - MINUTE), quietTo: clock(now + 120 * MINUTE) };
  await another(quiet);
  await number.lanes.push([number.part("551")]);
  await number.turn();
  await number.refreshed();
  expect(number.texts).toEqual([]);
  number.settings = { ...number.settings, pacing: { ...number.settings.pacing, quietTo: quiet.quietFrom } };
  await number.refreshed();
  expect(number.texts).toEqual(["oi 551"]);
});

test("after a refusal the number pauses, for longer each time in a row, and an ack ends the row", async () => {
  await another({ perMinute: 1 });
  number.acks = false;
  const pause = async (): Promise<number> =>
    Math.round((((await number.dueAt()) ?? 0) - (await number.now())) / MINUTE);
  await number.lanes.push(Array.from({ length: 12 }, (_, index) => number.part(`55${index}`)));
  for (let each = 0; each < 3; each++) await number.next();
  // Those that were on their way together are one refusal.
  for (const wired of number.wire) await number.refuse(wired);
  expect(await pause()).toBe(15);
  expect(await number.next()).toBeUndefined();

  await number.later();
  await number.refuse((await number.next())!);
  expect(await pause()).toBe(30);
  await number.later();
  await number.ack((await number.next())!);
  await number.refuse((await number.next())!);
  expect(await pause()).toBe(15);
  expect(number.texts).toHaveLength(6);
  expect(new Set(number.texts).size).toBe(6);
});

test("a number that cannot be looked up is tried later, five times at the most, and the others go out", async () => {
  number.lookUp = async (phone) => {
    if (phone === "551") throw new Error("timed out");
  };
  await number.lanes.push([number.part("551"), number.part("552")]);
  await number.run();
  expect(number.texts).toEqual(["oi 552"]);
  expect(number.lookedUp.filter((phone) => phone === "551")).toHaveLength(5);
  expect(await number.dueAt()).toBeUndefined();
});

test("a socket that closes during a look-up says nothing about the number", async () => {
  number.lookUp = async () => {
    number.connected = false;
    throw new Error("closed");
  };
  await number.lanes.push([number.part("551")]);
  for (let drop = 0; drop < 10; drop++) {
    number.connected = true;
    await number.turn();
  }
  number.connected = true;
  number.lookUp = async () => {};
  await number.run();
  expect(number.texts).toEqual(["oi 551"]);
});

test("whoever nobody on WhatsApp has is passed over", async () => {
  number.directory.set("551", undefined);
  await number.lanes.push([number.part("551"), number.part("552")]);
  await number.run();
  expect(number.texts).toEqual(["oi 552"]);
});

test("a number that nobody has was looked up all the same: the next one waits for the pace", async () => {
  await another({ perMinute: 1 });
  number.directory.set("551", undefined);
  await number.lanes.push([number.part("551"), number.part("552")]);
  const before = await number.now();
  await number.turn();
  expect(number.lookedUp).toEqual(["551"]);
  expect(await number.dueAt()).toBeGreaterThanOrEqual(before + MINUTE);
});

test("however many refusals follow each other, a pause is no longer than a day", async () => {
  number.acks = false;
  await number.lanes.push([number.part("551")]);
  await number.turn();
  const { redis, keys } = number.deployment;
  await redis.hset(`${keys.prefix}:bulk:acme`, "refusals", 1_000);
  await number.refuse(number.wire[0]!);
  const until = Number(await redis.hget(`${keys.prefix}:bulk:acme`, "pausedUntil"));
  expect((until - (await number.now())) / (24 * 60 * MINUTE)).toBeCloseTo(1, 2);
});

test("campaigns go before automations, which do not wait for ever", async () => {
  await another({ perMinute: 1 });
  const { redis, keys } = number.deployment;
  await number.lanes.push([
    ...["1", "2"].map((run) => number.part("551", { run })),
    ...["3", "4", "5", "6"].map((run) => number.part("551", { run, source: "campaign" })),
  ]);
  await number.next();
  await number.next();
  await redis.zadd(`${keys.prefix}:lanes:acme`, (await number.now()) - 6 * MINUTE, "automation");
  // The one that was offered before its time came goes first.
  for (let each = 0; each < 4; each++) await number.next();
  expect(number.wire.map(({ id }) => id)).toEqual(
    ["campaign 3", "campaign 4", "campaign 5", "automation 1", "campaign 6", "automation 2"].map(idOf),
  );
});

test("of several campaigns' single messages and automations none is lost where the time is short", async () => {
  await number.lanes.push(
    Array.from({ length: 30 }, (_, run) =>
      number.part("551", { run: `${run}`, source: run % 2 === 0 ? "campaign" : "automation" }),
    ),
  );
  await number.run();
  expect(new Set(number.wire.map(({ id }) => id)).size).toBe(30);
});

function idOf(turn: string): string {
  return messageId({ organization: "acme", chat: "551@lid" }, turn, 0);
}

test("what was offered and is erased since is not released in the place of the next one", async () => {
  await another({ perMinute: 1 });
  await number.lanes.push(["1", "2", "3"].map((run) => number.part(`55${run}`, { run })));
  expect((await number.next())?.text).toBe("oi 551");
  // The second one is in the pump's memory by now.
  const { redis, keys } = number.deployment;
  await redis.lpop(`${keys.prefix}:lane:acme:automation`);
  expect((await number.next())?.text).toBe("oi 553");
  expect(await number.next()).toBeUndefined();
});

test("no text is in clear in the store", async () => {
  await number.lanes.push([number.part("551", { text: "segredo" })]);
  const dump = Object.values(await number.deployment.dump()).map((value) =>
    Buffer.from(value ?? "", "base64").toString("latin1"),
  );
  expect(dump.some((value) => value.includes("551"))).toBe(true);
  expect(dump.some((value) => value.includes("segredo"))).toBe(false);
});
