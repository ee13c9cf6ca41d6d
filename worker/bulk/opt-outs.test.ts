import { afterEach, beforeEach, expect, test } from "vitest";
import { policyOf } from "../conversation/policy.ts";
import { useRecord } from "../conversation/record-fixture.ts";
import { OwnedNumber } from "./bulk-fixture.ts";
import { OptOuts } from "./opt-outs.ts";

const deploy = useRecord();
let number: OwnedNumber;
let optOuts: OptOuts;

beforeEach(async () => {
  number = await OwnedNumber.of(deploy());
  optOuts = new OptOuts({ ...number.deployment, policy: () => policyOf(undefined) });
});

afterEach(() => number.pump.close());

test.each(["campaign", "automation"] as const)(
  "whoever opted out gets no %s, by whatever name they are known",
  async (source) => {
    // By a word, with the number that WhatsApp told; by number, without the ninth digit; and by chat.
    await number.write("ana@lid", { number: "5511987654321", optOut: "Pronto" });
    await number.resume();
    number.wire.length = 0;
    expect(await optOuts.add("acme", { number: "551187654322" })).toBe(true);
    expect(await optOuts.add("acme", { chat: "caio@lid" })).toBe(true);
    expect(await optOuts.add("acme", { chat: "caio@lid" })).toBe(false);
    number.directory.set("5511987654323", "caio@lid");
    const to = [
      { chat: "ana@lid" },
      { number: "5511987654321" },
      { number: "5511987654322" },
      { number: "5511987654323" },
      { chat: "caio@lid" },
      { chat: "5511987654322@s.whatsapp.net" },
    ];
    await number.lanes.push([
      ...to.map((each, part) => number.part("", { source, to: each, part })),
      number.part("551", { source }),
    ]);
    await number.run();
    expect(number.texts).toEqual(["oi 551"]);

    expect(await optOuts.remove("acme", { number: "5511987654322" })).toBe(true);
    await number.lanes.push([number.part("5511987654322", { source, run: "again" })]);
    await number.run();
    expect(number.texts).toEqual(["oi 551", "oi 5511987654322"]);
  },
);

test.each([
  ["by a word", async () => void (await number.write("551@lid", { optOut: "Pronto" }))],
  ["as another service says", async () => void (await optOuts.add("acme", { chat: "551@lid" }))],
])("what is released and not on its way is not sent to whoever opts out %s", async (_how, optOut) => {
  number.writes = false;
  await number.lanes.push([number.part("551")]);
  await number.turn();
  await optOut();
  number.writes = true;
  await number.crash();
  await number.resume();
  expect(number.texts).not.toContain("oi 551");
  expect(await number.deployment.redis.exists(`${number.deployment.keys.prefix}:bulk:acme:flight`)).toBe(0);
  // Nor is it a refusal, for which the number would pause.
  await number.lanes.push([number.part("552")]);
  await number.run();
  expect(number.texts).toContain("oi 552");
});

test.each([
  ["551187654321", "5511987654321"],
  ["5511987654321", "551187654321"],
])("whoever wrote with %s is found as %s", async (wrote, recipient) => {
  await number.write("ana@lid", { number: wrote });
  await number.lanes.push([number.part(recipient)]);
  await number.run();
  expect(number.wire.map(({ chat }) => chat)).toEqual(["ana@lid"]);
  expect(number.lookedUp).toEqual([]);
  await optOuts.add("acme", { number: recipient });
  await number.lanes.push([number.part(wrote, { run: "another" })]);
  await number.run();
  expect(number.wire).toHaveLength(1);
});
