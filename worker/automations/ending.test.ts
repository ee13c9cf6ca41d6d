import { describe, expect, test } from "vitest";
import { KEYWORD, ORGANIZATION, send, tag, useAutomations } from "./automations-fixture.ts";

const deployment = useAutomations();

describe("an automation that is switched off or removed", () => {
  test.each([
    ["switched off", "the automation was switched off"],
    ["removed", "the automation was removed"],
  ])("%s starts nothing, and its runs end with the reason", async (what, reason) => {
    const all = deployment();
    await all.put({ id: "a", trigger: KEYWORD, steps: [{ do: "wait", minutes: 1 }, tag("x")] });
    const talk = await all.talk();
    await talk.write("preço", "first");
    await all.settle();
    if (what === "removed") await all.automations.remove(ORGANIZATION, "a");
    else await all.automations.enable(ORGANIZATION, "a", false);
    // Whoever has not heard of it yet starts nothing either.
    await talk.write("preço", "second");
    const [run, ...others] = await all.active();
    expect(others).toEqual([]);
    await all.hasten(run!.run);
    await all.settle();
    expect(await all.ended()).toMatchObject([{ state: "stopped", reason }]);
    await all.triggers.load();
    expect(
      all.triggers.starts(talk.conversation, {
        kind: "customer",
        id: "t",
        sender: "s",
        at: 1,
        text: "preço",
      }),
    ).toEqual([]);
    // Of a removed one nothing is left.
    const left = await all.redis.keys(`${all.keys.prefix}:automation*`);
    expect(left.length === 0).toBe(what === "removed");
  });
});

test("a contact is forgotten with their runs, what waits for a reply, and their tags", async () => {
  const all = deployment();
  await all.put(
    { id: "a", trigger: KEYWORD, steps: [tag("x"), { do: "wait", minutes: 1 }, tag("y")] },
    { id: "q", trigger: { on: "no-reply", hours: 1 }, steps: [tag("z")] },
  );
  for (const chat of ["551@lid", "552@lid"]) {
    const talk = await all.talk(chat);
    await talk.write("preço");
    await all.settle();
    await talk.answer();
  }
  const before = await all.dump();
  expect(Object.keys(before).some((key) => key.includes("551@lid") && key.includes(":tags:"))).toBe(true);
  expect(await all.automations.forget({ organization: ORGANIZATION, chat: "551@lid" })).toBe(2);
  expect(await all.active()).toMatchObject([{ chat: "552@lid" }]);
  const keys = await all.redis.keys(`${all.keys.prefix}:*`);
  expect(keys.filter((key) => /:(tags|begun|run):/.test(key) && key.includes("551@lid"))).toEqual([]);
  expect(await all.redis.zrange(`${all.keys.prefix}:tagged:${ORGANIZATION}:x`, "0", "-1")).toEqual([
    "552@lid",
  ]);
});

test("texts are in the store in no key in clear", async () => {
  const all = deployment();
  const secret = "hunter2";
  await all.put({
    id: "a",
    trigger: KEYWORD,
    steps: [{ do: "wait", minutes: 1 }, send(`${secret} {{texto}}`)],
  });
  const talk = await all.talk();
  await talk.write(`preço ${secret}`, "m");
  await all.settle();
  for (const content of Object.values(await all.dump())) {
    const clear = Buffer.from(content ?? "", "base64").toString("latin1");
    expect(clear).not.toContain(secret);
    expect(clear).not.toContain("Ana");
  }
});
