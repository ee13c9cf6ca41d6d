import { afterEach, beforeEach, expect, test } from "vitest";
import { useRecord } from "../conversation/record-fixture.ts";
import { CampaigningNumber, phoneOf, recipients } from "./campaigns-fixture.ts";

const deploy = useRecord();
const DAY = 24 * 3_600_000;
let padaria: CampaigningNumber;

beforeEach(async () => {
  padaria = await CampaigningNumber.of(deploy());
});

afterEach(() => padaria.number.pump.close());

test("each recipient gets the campaign once, with their own values, and then it is done", async () => {
  const { total, leftOut, outcome } = await padaria.create([
    { telefone: phoneOf(1), nome: "Ana" },
    { telefone: phoneOf(2) },
    { telefone: phoneOf(1), nome: "Ana" },
    { telefone: "12" },
  ]);
  expect({ total, outcome }).toEqual({ total: 2, outcome: "created" });
  expect(leftOut.lines).toEqual([
    { line: 3, reason: "the same number again" },
    { line: 4, reason: "not a phone number" },
  ]);
  expect(await padaria.progress()).toMatchObject({
    state: "scheduled",
    total: 2,
    remaining: 2,
    name: "Natal",
  });
  await padaria.run();
  expect(padaria.number.texts).toEqual(["Oi Ana", "Oi cliente"]);
  expect(await padaria.progress()).toMatchObject({
    state: "done",
    queued: 2,
    sent: 2,
    failed: 0,
    remaining: 0,
    leftOut: { "the same number again": 1, "not a phone number": 1 },
  });
});

test("the same id twice is one campaign", async () => {
  await padaria.create(2);
  expect(await padaria.create(5)).toMatchObject({ campaign: "natal", outcome: "repeated" });
  await padaria.run();
  expect(padaria.number.texts).toHaveLength(2);
  expect(await padaria.create(5)).toMatchObject({ outcome: "repeated" });
  const { redis, keys } = padaria.number.deployment;
  expect(await redis.keys(`${keys.prefix}:import:*`)).toEqual([]);
});

test("a campaign for nobody is done at once", async () => {
  await padaria.create([{ telefone: "12" }]);
  expect(await padaria.progress()).toMatchObject({ state: "done", total: 0 });
  expect(await padaria.number.dueAt()).toBeUndefined();
});

test.each([
  ["a template that is none", { template: "Oi {{nome" }, "template: {{ without }}"],
  [
    "a window that is over",
    { window: { endsAt: "2020-01-01T00:00:00Z" } },
    "window: expected one that opens",
  ],
  [
    "hours that end before they begin",
    { window: { hours: { from: "18:00", to: "09:00" } } },
    "expected a time before the second one",
  ],
  ["a word that is not known", { pace: 5 }, "pace"],
])("%s is refused, and nothing is stored", async (_what, definition, reason) => {
  await expect(padaria.create(2, definition)).rejects.toThrow(reason);
  expect(await padaria.number.deployment.dump()).toEqual({
    [padaria.number.deployment.keys.leases]: expect.anything(),
  });
});

test("an import that breaks off leaves nothing", async () => {
  async function* broken() {
    yield* recipients(600);
    throw new Error("the upload was cut off");
  }
  const { number, campaigns } = padaria;
  const definition = { name: "Natal", template: "Oi" };
  await expect(
    campaigns.create({ organization: "acme", definition, audience: { rows: broken() } }),
  ).rejects.toThrow("the upload was cut off");
  expect(Object.keys(await number.deployment.dump())).toEqual([number.deployment.keys.leases]);
});

test("however many the recipients are, few of them wait as messages", async () => {
  await padaria.create(1_400);
  const { redis, keys } = padaria.number.deployment;
  const lane = `${keys.prefix}:lane:acme:campaign:natal`;
  await Promise.all([padaria.expand(), padaria.expand(), padaria.expand()]);
  expect(await redis.llen(lane)).toBe(1_000);
  padaria.number.acks = true;
  await padaria.run();
  expect(new Set(padaria.number.texts).size).toBe(1_400);
  expect(padaria.number.texts).toHaveLength(1_400);
  expect(padaria.number.refills.length).toBeGreaterThan(0);
  expect(await padaria.progress()).toMatchObject({ state: "done", sent: 1_400 });
});

test("those who wrote before come first", async () => {
  await padaria.number.write("known@lid", { number: phoneOf(290) });
  await padaria.create(300);
  await padaria.run();
  expect(padaria.number.texts[0]).toBe("Oi N290");
  expect(padaria.number.wire[0]?.chat).toBe("known@lid");
  expect(padaria.number.texts).toHaveLength(300);
});

test("a paused campaign sends nothing more, and a resumed one goes on where it was", async () => {
  padaria.number.acks = false;
  await padaria.create(10);
  await padaria.expand();
  await padaria.number.run();
  expect(padaria.number.texts).toHaveLength(3);
  expect(await padaria.campaigns.pause("acme", "natal")).toBe("paused");
  expect(await padaria.number.dueAt()).toBeUndefined();
  padaria.number.acks = true;
  for (const wired of padaria.number.wire) await padaria.number.ack(wired);
  await padaria.run();
  expect(padaria.number.texts).toHaveLength(3);
  expect(await padaria.campaigns.resume("acme", "natal")).toBe("running");
  await padaria.run();
  expect(padaria.number.texts).toHaveLength(10);
  expect(await padaria.campaigns.resume("acme", "natal")).toBe("done");
});

test("a cancelled campaign sends nothing more, forgets who is left, and counts what was on its way", async () => {
  padaria.number.acks = false;
  await padaria.create(600);
  await padaria.expand();
  await padaria.number.run();
  expect(await padaria.campaigns.cancel("acme", "natal")).toBe("cancelled");
  expect(await padaria.keysOf("natal")).toEqual(["campaigns:acme:natal"]);
  padaria.number.acks = true;
  await padaria.expand();
  for (const wired of padaria.number.wire) await padaria.number.ack(wired);
  await padaria.run();
  expect(padaria.number.texts).toHaveLength(3);
  expect(await padaria.progress()).toMatchObject({ state: "cancelled", sent: 3, remaining: 597 });
  expect(await padaria.campaigns.resume("acme", "natal")).toBe("cancelled");
});

test("a job that makes recipients into messages while the campaign is paused sends none", async () => {
  await padaria.create(3);
  await padaria.campaigns.pause("acme", "natal");
  await padaria.expand();
  await padaria.number.run();
  expect(padaria.number.texts).toEqual([]);
  expect(await padaria.number.dueAt()).toBeUndefined();
  await padaria.campaigns.resume("acme", "natal");
  await padaria.number.run();
  expect(padaria.number.texts).toHaveLength(3);
});

test("while as many wait for the next day as may, no more recipients are asked for", async () => {
  const { number } = padaria;
  number.settings = { ...number.settings, pacing: { ...number.settings.pacing, coldPerDay: 0 } };
  await padaria.create(1_300);
  await padaria.run();
  number.refills.length = 0;
  await number.later();
  await number.run();
  expect(number.refills).toEqual([]);
  const midnight = new Date();
  midnight.setUTCHours(24, 0, 0, 0);
  expect(await number.dueAt()).toBe(midnight.getTime());
});

test("what somebody writes more than a week later is no answer", async () => {
  await padaria.create(2);
  await padaria.run();
  const { redis, keys } = padaria.number.deployment;
  for (const [index, days] of [6.9, 7.1].entries()) {
    const chat = `${phoneOf(index)}@lid`;
    const at = Math.round((await padaria.number.now()) - days * DAY);
    await redis.hset(`${keys.prefix}:contact:acme:${chat}`, "campaign", `natal ${at}`);
    await padaria.number.write(chat);
  }
  expect((await padaria.progress()).replied).toBe(1);
});

test("what was offered before a campaign is paused is not released after it", async () => {
  const slow = await CampaigningNumber.of(deploy(), { perMinute: 1 });
  await slow.create(5);
  await slow.expand();
  expect((await slow.number.next())?.text).toBe("Oi N0");
  // The second one is in the pump's memory by now.
  await slow.campaigns.pause("acme", "natal");
  expect(await slow.number.next()).toBeUndefined();
  await slow.campaigns.resume("acme", "natal");
  expect((await slow.number.next())?.text).toBe("Oi N1");
  slow.number.pump.close();
});

test("an unknown campaign is not one", async () => {
  expect(await padaria.campaigns.pause("acme", "natal")).toBeUndefined();
  expect(await padaria.campaigns.progress("acme", "natal")).toBeUndefined();
  expect(await padaria.campaigns.list("acme")).toEqual([]);
});

test("campaigns of one number take turns", async () => {
  await padaria.create(3, { id: "a", template: "a {{nome}}" });
  await padaria.create(3, { id: "b", template: "b {{nome}}" });
  for (const id of ["a", "b"]) await padaria.expand(id);
  await padaria.number.run();
  const order = padaria.number.texts.map((text) => text[0]).join("");
  expect(order).not.toMatch(/aaa|bbb/);
  expect((await padaria.campaigns.list("acme")).map(({ campaign, state }) => [campaign, state])).toEqual([
    ["b", "done"],
    ["a", "done"],
  ]);
});

test("a campaign's own pace makes it slower than the number, and nothing else", async () => {
  await padaria.create(3, { perMinute: 1 });
  await padaria.expand();
  await padaria.number.lanes.push([padaria.number.part("551"), padaria.number.part("552")]);
  await padaria.number.run();
  expect(padaria.number.texts).toEqual(["Oi N0", "oi 551", "oi 552"]);
  const wait = ((await padaria.number.dueAt()) ?? 0) - (await padaria.number.now());
  expect(wait).toBeGreaterThan(50_000);
  expect(wait).toBeLessThanOrEqual(60_000);
});

test("who answers, and who wants no more, is counted once for the campaign that they got", async () => {
  await padaria.create(3);
  await padaria.run();
  const [first, second] = [0, 1].map((index) => `${phoneOf(index)}@lid`);
  await padaria.number.write(first!, { id: "1" });
  await padaria.number.write(first!, { id: "2" });
  await padaria.number.write(second!, { id: "3", optOut: "Pronto" });
  await padaria.number.write("551@lid", { id: "4" });
  expect(await padaria.progress()).toMatchObject({ replied: 2, optedOut: 1 });
  await padaria.create(3, { id: "ano-novo" });
  await padaria.run();
  expect(await padaria.progress("ano-novo")).toMatchObject({ state: "done", sent: 2, skipped: 1 });
  await padaria.number.write(first!, { id: "5" });
  expect(await padaria.progress()).toMatchObject({ replied: 2 });
  expect(await padaria.progress("ano-novo")).toMatchObject({ replied: 1 });
});

test("what fails is counted with the reason: nobody has the number, or WhatsApp refuses", async () => {
  padaria.number.acks = false;
  padaria.number.directory.set(phoneOf(0), undefined);
  await padaria.create(2);
  await padaria.expand();
  await padaria.number.run();
  await padaria.number.refuse(padaria.number.wire[0]!, 463);
  expect(await padaria.progress()).toMatchObject({
    state: "done",
    sent: 0,
    failed: 2,
    failures: { "not on WhatsApp": 1, "WhatsApp error 463": 1 },
  });
});

test("two numbers of one person are written to once", async () => {
  padaria.number.directory.set(phoneOf(1), `${phoneOf(0)}@lid`);
  await padaria.create(3);
  await padaria.run();
  expect(padaria.number.texts).toEqual(["Oi N0", "Oi N2"]);
  expect(await padaria.progress()).toMatchObject({ state: "done", sent: 2, repeated: 1 });
});

test("a campaign whose job is lost is expanded when its lane is found empty", async () => {
  await padaria.create(3);
  await padaria.number.turn();
  expect(padaria.number.refills).toEqual(["natal"]);
});

test("no name, text or variable is in clear in the store", async () => {
  await padaria.create([{ telefone: phoneOf(1), nome: "Segredo" }], {
    name: "Segredo",
    template: "Segredo {{nome}}",
  });
  await padaria.expand();
  const dump = Object.values(await padaria.number.deployment.dump());
  for (const value of dump)
    expect(Buffer.from(value ?? "", "base64").toString("latin1")).not.toContain("egredo");
});
