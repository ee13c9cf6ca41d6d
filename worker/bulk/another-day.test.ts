import { afterEach, beforeEach, expect, test } from "vitest";
import { policyOf } from "../conversation/policy.ts";
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

test("past what a number may send a day it waits for the next one", async () => {
  await another({ perDay: 2 });
  await number.lanes.push(["551", "552", "553"].map((to) => number.part(to)));
  await number.run();
  expect(number.texts).toHaveLength(2);
  const midnight = new Date();
  midnight.setUTCHours(24, 0, 0, 0);
  expect(await number.dueAt()).toBe(midnight.getTime());
});

test("past what may go to people who never wrote, those who did are written to, and the others the next day", async () => {
  await another({ coldPerDay: 1 });
  await number.write("known@lid", { number: "554" });
  await number.lanes.push(["551", "552", "553", "554"].map((to) => number.part(to)));
  await number.run();
  expect(number.texts).toEqual(["oi 551", "oi 554"]);
  // Nobody was looked up who could not be written to.
  expect(number.lookedUp).toEqual(["551"]);
  // The same moment is another day there.
  number.settings = { ...number.settings, timeZone: anotherDay() };
  await number.later();
  await number.run();
  expect(number.texts).toEqual(["oi 551", "oi 554", "oi 552"]);
});

test("who talks with a person at the moment is left to them, and has the campaign the next day", async () => {
  const { record } = number.deployment;
  const conversation = { organization: number.organization, chat: "551@lid" };
  await record.silence(number.lease, conversation, { forMs: MINUTE });
  const campaign = { source: "campaign", run: "spring" } as const;
  await number.lanes.push([number.part("551", campaign), number.part("552", campaign)]);
  await number.run();
  expect(number.texts).toEqual(["oi 552"]);
  const { redis, keys } = number.deployment;
  await redis.hset(`${keys.prefix}:conversation:acme:551@lid`, "silentUntil", 0);
  // The same moment is another day there.
  number.settings = { ...number.settings, timeZone: anotherDay() };
  await number.later();
  await number.run();
  expect(number.texts).toEqual(["oi 552", "oi 551"]);
});

test("what is pushed while the others wait for another day goes out now", async () => {
  await another({ coldPerDay: 0 });
  await number.write("known@lid", { number: "552" });
  await number.lanes.push([number.part("551")]);
  await number.run();
  expect(number.texts).toEqual([]);
  await number.lanes.push([number.part("552")]);
  await number.run();
  expect(number.texts).toEqual(["oi 552"]);
});

test("who waits since another day does not wait one day more because somebody is to wait today", async () => {
  await another({ coldPerDay: 0 });
  await number.lanes.push([number.part("551")]);
  await number.run();
  const { redis, keys } = number.deployment;
  await redis.hset(`${keys.prefix}:bulk:acme`, "later:automation", "2020-01-01");
  number.settings = { ...number.settings, pacing: { ...number.settings.pacing, coldPerDay: 1 } };
  await number.lanes.push(["552", "553", "554"].map((to) => number.part(to)));
  await number.run();
  expect(number.texts).toEqual(["oi 552"]);
  // Of those who are to wait today, 551 is one again only because it had its turn, behind those of today.
  const later = await redis.lrange(`${keys.prefix}:lane:acme:automation:later`, 0, -1);
  expect(later.map((part) => (JSON.parse(part) as { number: string }).number)).toEqual(["553", "554", "551"]);
});

function anotherDay(): string {
  const zones = ["Pacific/Kiritimati", "Pacific/Pago_Pago"];
  const { day } = policyOf(undefined);
  const other = zones.find((timeZone) => policyOf({ timeZone, retentionDays: 1 }).day !== day);
  if (other === undefined) throw new Error("there is always another day somewhere");
  return other;
}
