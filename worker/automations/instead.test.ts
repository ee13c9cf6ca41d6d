import { expect, test } from "vitest";
import { KEYWORD, send, tag, useAutomations, type Given } from "./automations-fixture.ts";

const deployment = useAutomations();
const trigger = { ...KEYWORD, instead: true } as Given["trigger"];

test("a run may answer instead of the AI, which answers what it is kept from by a limit", async () => {
  const all = deployment();
  await all.put({ id: "a", trigger, steps: [send("10")], limits: { perContactPerDay: 1 } });
  const talk = await all.talk();
  expect(await talk.write("preço", "first")).toBe("acknowledged");
  await all.settle();
  expect(await talk.drain()).toEqual(["10"]);
  expect(await talk.begin()).toEqual({ kind: "rest" });
  expect((await talk.lists()).history).toEqual(["customer: preço", "automation: 10"]);
  expect(await talk.write("preço", "second")).toBe("stored");
  expect(await talk.write("oi", "third")).toBe("stored");
});

test("a run that fails to answer instead of the AI leaves the chat to people", async () => {
  const all = deployment();
  await all.put({ id: "a", trigger, steps: [send("10")] });
  const talk = await all.talk();
  await talk.write("preço");
  await all.settle();
  await talk.refuse((await talk.part()).id);
  expect(await all.ended()).toMatchObject([{ state: "failed" }]);
  expect(await all.redis.zrange(`${all.keys.prefix}:handed:acme`, "0", "-1")).toEqual(["551@lid"]);
});

test("whoever wants nothing of automations is answered by the AI", async () => {
  const all = deployment();
  await all.put({ id: "a", trigger, steps: [tag("asked"), send("10")] });
  const talk = await all.talk();
  await talk.receive({
    ...{ kind: "customer", id: "no", sender: "551@lid", at: 1, text: "sair", optOut: "ok" },
  } as const);
  await talk.drain();
  expect(await talk.write("preço")).toBe("stored");
  await all.settle();
  expect(await all.automations.tagsOf(talk.conversation)).toEqual(["asked"]);
  expect(await talk.answer()).toEqual(["answer"]);
  expect(await all.redis.exists(`${all.keys.prefix}:handed:acme`)).toBe(0);
});

test("a run that is stopped before it answered leaves the chat to people, and one that a person stopped does not", async () => {
  const all = deployment();
  await all.put({ id: "a", trigger, steps: [send("10"), { do: "wait", minutes: 1 }, send("20")] });
  const [answered, stopped, taken] = await Promise.all(
    ["1@lid", "2@lid", "3@lid"].map((chat) => all.talk(chat)),
  );
  await answered!.write("preço");
  await all.settle();
  expect(await answered!.drain()).toEqual(["10"]);
  await all.settle();
  for (const talk of [stopped, taken]) await talk!.write("preço");
  await taken!.owner("eu atendo");
  for (const run of await all.due()) {
    const at = (await all.active()).find((each) => each.run === run);
    if (at?.chat === "3@lid") await all.executor().advance("acme", run, new AbortController().signal);
  }
  await all.automations.enable("acme", "a", false);
  for (const { run } of await all.active()) await all.hasten(run);
  await all.settle();
  expect((await all.ended()).map(({ chat, state }) => `${chat} ${state}`).toSorted()).toEqual([
    "1@lid stopped",
    "2@lid stopped",
    "3@lid stopped",
  ]);
  expect(await all.redis.zrange(`${all.keys.prefix}:handed:acme`, "0", "-1")).toEqual(["2@lid"]);
});
