import { afterEach, beforeEach, expect, test } from "vitest";
import { useRecord } from "../conversation/record-fixture.ts";
import { CampaigningNumber, recipients } from "./campaigns-fixture.ts";

const deploy = useRecord();
const DAY = 24 * 3_600_000;
let padaria: CampaigningNumber;

beforeEach(async () => {
  padaria = await CampaigningNumber.of(deploy());
});

afterEach(() => padaria.number.pump.close());

test("outside its window a campaign waits, and after its end it is over with those that are left", async () => {
  const { number } = padaria;
  const startsAt = new Date(Date.now() + DAY).toISOString();
  await padaria.create(3, { window: { startsAt } });
  await padaria.expand();
  await number.run();
  expect(number.texts).toEqual([]);
  expect(await number.dueAt()).toBe(Date.parse(startsAt));
  expect(await padaria.progress()).toMatchObject({ state: "scheduled", startedAt: undefined });

  await padaria.create(3, {
    id: "short",
    template: "b",
    window: { endsAt: new Date(Date.now() + 60_000).toISOString() },
  });
  await padaria.expand("short");
  const { redis, keys } = number.deployment;
  await number.campaignEnded("short");
  await number.run();
  expect(number.texts).toEqual([]);
  expect(await padaria.progress("short")).toMatchObject({ state: "done", sent: 0, remaining: 3 });
  expect(await redis.exists(`${keys.prefix}:campaigns:acme:short:recipients`)).toBe(0);
});

test("a campaign of which nothing is left to offer is over after its end, whatever became of its parts", async () => {
  const { number } = padaria;
  const { redis, keys } = number.deployment;
  number.acks = false;
  await padaria.create(2);
  await padaria.expand();
  await number.run();
  expect(number.texts).toHaveLength(2);
  // Neither acked nor refused, as when they were erased: it is looked at once more, when it ends.
  const { window } = await padaria.progress();
  expect(await number.dueAt()).toBe(window.endsAt);
  // The other one lost its number until its recipients were forgotten.
  await padaria.create(2, { id: "away" });
  await redis.unlink(`${keys.prefix}:campaigns:acme:away:recipients`);
  for (const id of ["natal", "away"]) await number.campaignEnded(id);
  await number.later();
  await number.run();
  for (const id of ["natal", "away"]) expect(await padaria.progress(id)).toMatchObject({ state: "done" });
  expect(await number.dueAt()).toBeUndefined();
});

test("what is released of a campaign, and not sent before it is cancelled, never is", async () => {
  const { number } = padaria;
  // The socket goes at that moment.
  number.writes = false;
  await padaria.create(2);
  await padaria.create(1, { id: "other", template: "Olá" });
  for (const id of ["natal", "other"]) await padaria.expand(id);
  await number.run();
  expect((await padaria.progress()).queued).toBe(2);
  expect(await padaria.campaigns.cancel("acme", "natal")).toBe("cancelled");
  number.writes = true;
  await number.crash();
  await number.resume();
  expect(number.texts).toEqual(["Olá"]);
  expect(await padaria.progress()).toMatchObject({ state: "cancelled", queued: 0, sent: 0, remaining: 2 });
  const view = await number.deployment.record.view({ organization: "acme", chat: number.wire[0]!.chat });
  expect(view).toMatchObject({ state: "rest", outbound: 0 });
  const { redis, keys } = number.deployment;
  expect(await redis.exists(`${keys.prefix}:bulk:acme:flight`)).toBe(0);
  expect(await number.deployment.record.sweep([number.lease], 10, { all: true })).toEqual([]);
});

test("whatever becomes of a campaign, each of its keys has an end", async () => {
  const { number } = padaria;
  const { redis, keys } = number.deployment;
  number.settings = { ...number.settings, pacing: { ...number.settings.pacing, coldPerDay: 1 } };
  await padaria.create(3_000);
  await padaria.expand();
  await number.run();
  await padaria.campaigns.pause("acme", "natal");
  const names = await padaria.keysOf("natal");
  expect(names).toEqual([
    "campaigns:acme:natal",
    "campaigns:acme:natal:reached",
    "campaigns:acme:natal:recipients",
    "lane:acme:campaign:natal:later",
  ]);
  const { window } = await padaria.progress();
  const ends = await Promise.all(names.map((name) => redis.pexpiretime(`${keys.prefix}:${name}`)));
  expect(ends).toEqual([
    window.endsAt + 400 * DAY,
    window.endsAt + DAY,
    window.endsAt + DAY,
    window.endsAt + DAY,
  ]);
});

test.each([
  ["with rows to come", 600, "audience: expected the next rows within an hour"],
  ["with none to come", 500, "no such key"],
])("an import that took so long that it was forgotten, %s, is no campaign", async (_what, rows, reason) => {
  const { redis, keys } = padaria.number.deployment;
  async function* slow() {
    yield* recipients(rows);
    await redis.unlink(await redis.keys(`${keys.prefix}:import:*`));
  }
  const definition = { name: "Natal", template: "Oi" };
  const call = { organization: "acme", id: "natal", definition, audience: { rows: slow() } };
  await expect(padaria.campaigns.create(call)).rejects.toThrow(reason);
  expect(Object.keys(await padaria.number.deployment.dump())).toEqual([keys.leases]);
});

test("a campaign that stays paused until after its end is over when it is resumed", async () => {
  await padaria.create(3);
  await padaria.campaigns.pause("acme", "natal");
  await padaria.number.campaignEnded("natal");
  expect(await padaria.campaigns.resume("acme", "natal")).toBe("done");
  expect(await padaria.progress()).toMatchObject({ state: "done", remaining: 3 });
});

test("when it is over its counts stay, and neither texts nor recipients", async () => {
  await padaria.create(3);
  await padaria.run();
  expect(await padaria.keysOf("natal")).toEqual(["campaigns:acme:natal"]);
  const { redis, keys } = padaria.number.deployment;
  expect(await redis.hexists(`${keys.prefix}:campaigns:acme:natal`, "template")).toBe(0);
  expect(await redis.keys(`${keys.prefix}:{import,lane,lanes}:*`)).toEqual([]);
});
