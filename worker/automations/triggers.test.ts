import { expect, test } from "vitest";
import {
  KEYWORD,
  ORGANIZATION,
  send,
  useAutomations,
  type AutomatedDeployment,
} from "./automations-fixture.ts";
import { automationKey } from "./stored.ts";

const deployment = useAutomations();
const message = { kind: "customer", id: "m", sender: "551@lid", at: 1, text: "preço" } as const;
const chat = "551@lid";

function started(all: AutomatedDeployment, organization = ORGANIZATION): string[] {
  return all.triggers.starts({ organization, chat }, message).map(({ automation }) => automation);
}

test("each organization's are its own", async () => {
  const all = deployment();
  await all.put({ id: "a", trigger: KEYWORD, steps: [send("x")] });
  expect(started(all)).toEqual(["a"]);
  expect(started(all, "acm")).toEqual([]);
  expect(started(all, `${ORGANIZATION}-2`)).toEqual([]);
});

test("what was changed by another process is known once it is read again, and so is that all are gone", async () => {
  const all = deployment();
  await all.put({ id: "a", trigger: KEYWORD, steps: [send("x")] });
  const version = await all.redis.get(all.keys.settingsVersion);
  await all.automations.put(ORGANIZATION, { id: "b", name: "b", trigger: KEYWORD, steps: [send("x")] });
  // What makes processes read again with their heartbeat.
  expect(await all.redis.get(all.keys.settingsVersion)).not.toBe(version);
  expect(started(all)).toEqual(["a"]);
  await all.triggers.load();
  expect(started(all).toSorted()).toEqual(["a", "b"]);
  await all.automations.remove(ORGANIZATION, "a");
  await all.automations.remove(ORGANIZATION, "b");
  await all.automations.put(ORGANIZATION, { id: "c", name: "c", trigger: KEYWORD, steps: [send("x")] });
  await all.triggers.load();
  expect(started(all)).toEqual(["c"]);
  await all.automations.remove(ORGANIZATION, "c");
  await all.triggers.load();
  expect(started(all)).toEqual([]);
});

test("one that cannot be read starts nothing, and the others do", async () => {
  const all = deployment();
  await all.put(
    { id: "a", trigger: KEYWORD, steps: [send("x")] },
    { id: "b", trigger: KEYWORD, steps: [send("x")] },
  );
  await all.redis.hset(automationKey(all.keys.prefix, ORGANIZATION, "a"), "1", "other.key");
  await all.redis.hset(`${all.keys.prefix}:automated`, ORGANIZATION, "99");
  await all.triggers.load();
  expect(started(all)).toEqual(["b"]);
});

test("the same message begins the same run, another one or another chat another", async () => {
  const all = deployment();
  await all.put({ id: "a", trigger: KEYWORD, steps: [send("x")] });
  const runs = [
    { in: chat, id: "m" },
    { in: chat, id: "m" },
    { in: chat, id: "n" },
    { in: "552@lid", id: "m" },
  ].map(
    (each) =>
      all.triggers.starts({ organization: ORGANIZATION, chat: each.in }, { ...message, id: each.id })[0]!.run,
  );
  expect(new Set(runs).size).toBe(3);
  expect(runs[0]).toBe(runs[1]);
});

test("a run that is likely to have begun is told once; of first messages, once for each chat", async () => {
  const all = deployment();
  await all.put({ id: "first", trigger: { on: "first-message" }, steps: [send("x")] });
  const talk = { organization: ORGANIZATION, chat };
  const [start] = all.triggers.starts(talk, message);
  expect(all.triggers.begun(talk)).toEqual([start!.run]);
  expect(all.triggers.begun(talk)).toEqual([]);
  all.triggers.starts(talk, { ...message, id: "another" });
  expect(all.triggers.begun(talk)).toEqual([]);
});

test("an organization has so many automations, and a text with what there is not is refused", async () => {
  const all = deployment();
  const given = { name: "a", trigger: KEYWORD, steps: [send("x")] };
  for (let index = 0; index < 200; index++)
    await all.automations.put(ORGANIZATION, { ...given, id: `a${index}` });
  await expect(all.automations.put(ORGANIZATION, { ...given, id: "more" })).rejects.toThrow(
    "acme: expected at most 200 automations, got one more",
  );
  expect(await all.automations.put(ORGANIZATION, { ...given, id: "a7" })).toBe(2);
  expect(await all.automations.list(ORGANIZATION)).toHaveLength(200);
  expect(await all.automations.find(ORGANIZATION, "a7")).toMatchObject({ version: 2, steps: [send("x")] });
  await expect(
    all.automations.put(ORGANIZATION, { ...given, id: "a7", steps: [send("{{nmoe}}")] }),
  ).rejects.toThrow(
    "steps[0].text: expected one of {{nome}}, {{texto}}, {{numero}}, {{empresa}}, got {{nmoe}}",
  );
  await expect(
    all.automations.put(ORGANIZATION, { ...given, id: "a7", steps: [send("{{nome")] }),
  ).rejects.toThrow("steps[0].text: ");
});
