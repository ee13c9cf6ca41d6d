import { describe, expect, test } from "vitest";
import { HOUR, KEYWORD, ORGANIZATION, send, tag, useAutomations, type Given } from "./automations-fixture.ts";

const deployment = useAutomations();

describe("what starts a run", () => {
  test("a customer's keyword does, once for each message", async () => {
    const all = deployment();
    await all.put({ id: "prices", trigger: KEYWORD, steps: [send("Oi {{nome}}, você escreveu: {{texto}}")] });
    const talk = await all.talk();
    expect(await talk.write("Qual o PREÇO?", "m1")).toBe("stored");
    expect(await talk.write("Qual o PREÇO?", "m1")).toBe("repeated");
    expect(await all.active()).toHaveLength(1);
    await all.settle();
    expect(await talk.drain()).toEqual(["Oi Ana, você escreveu: Qual o PREÇO?"]);
    expect(await all.active()).toEqual([]);
    expect(await all.ended()).toMatchObject([{ automation: "prices", state: "done", step: 1, steps: 1 }]);
  });

  test("another text, the organization's own people, and what we write ourselves do not", async () => {
    const all = deployment();
    await all.put({ id: "prices", trigger: KEYWORD, steps: [send("preço")] });
    const talk = await all.talk();
    await talk.write("bom dia");
    await talk.receive({
      ...{ kind: "customer", id: "team", sender: "9@lid", at: 1, text: "preço?", who: "team" },
    } as const);
    await talk.owner("preço", { forMs: 0, text: "preço" });
    expect(await all.active()).toEqual([]);
  });

  test("a word that means that nothing more is wanted does not, nor does anything else for that contact later", async () => {
    const all = deployment();
    await all.put({ id: "prices", trigger: KEYWORD, steps: [send("x")] });
    const talk = await all.talk();
    await talk.receive({
      ...{ kind: "customer", id: "no", sender: "551@lid", at: 1, text: "preço", optOut: "ok" },
    } as const);
    expect(await all.active()).toEqual([]);
    await talk.write("preço", "again");
    await all.settle();
    expect(await all.ended()).toMatchObject([
      { state: "stopped", reason: "the contact wants no messages of this kind" },
    ]);
    expect(await talk.drain()).toEqual(["ok"]);
  });

  test("a first message does, of whatever kind, and no later one", async () => {
    const all = deployment();
    await all.put({ id: "welcome", trigger: { on: "first-message" }, steps: [tag("new")] });
    const talk = await all.talk();
    const photo = { kind: "acknowledge", sender: "551@lid", at: 1, text: "[foto]", everyMs: 0 } as const;
    await talk.receive({ ...photo, id: "photo" });
    await talk.receive({ ...photo, id: "another" });
    await talk.write("oi");
    await all.settle();
    expect(await all.ended()).toHaveLength(1);
    expect(await all.automations.tagsOf(talk.conversation)).toEqual(["new"]);
    const other = await all.talk("552@lid");
    await other.receive({ ...photo, id: "h", kind: "hand-over", forMs: 0 } as never);
    expect(await all.active()).toHaveLength(1);
  });

  test("a tag does when it is put on, not when it is there", async () => {
    const all = deployment();
    await all.put({ id: "vip", trigger: { on: "tag", tag: "vip" }, steps: [tag("greeted")] });
    const talk = await all.talk();
    expect(await all.automations.tag(talk.conversation, "vip")).toBe(true);
    expect(await all.automations.tag(talk.conversation, "vip")).toBe(false);
    expect(await all.active()).toHaveLength(1);
    await all.settle();
    expect(await all.automations.tagsOf(talk.conversation)).toEqual(["greeted", "vip"]);
    expect(await all.automations.untag(talk.conversation, "vip")).toBe(true);
    await all.automations.tag(talk.conversation, "vip");
    expect(await all.active()).toHaveLength(1);
  });

  test("somebody does, once for each cause", async () => {
    const all = deployment();
    await all.put({ id: "manual", trigger: { on: "first-message" }, steps: [tag("x")] });
    const { conversation } = await all.talk();
    expect(await all.automations.start(conversation, "nothing")).toMatchObject({ outcome: "unknown" });
    expect(await all.automations.start(conversation, "manual", "call 1")).toMatchObject({ outcome: "begun" });
    expect(await all.automations.start(conversation, "manual", "call 1")).toMatchObject({ outcome: "begun" });
    expect(await all.active()).toHaveLength(1);
    await all.automations.enable(ORGANIZATION, "manual", false);
    expect(await all.automations.start(conversation, "manual", "call 2")).toMatchObject({ outcome: "off" });
  });
});

describe("no reply for some hours", () => {
  const quiet: Given = { id: "quiet", trigger: { on: "no-reply", hours: 2 }, steps: [tag("quiet")] };

  test("begins a run after our last message, if the contact has not written since", async () => {
    const all = deployment();
    await all.put(quiet);
    const talk = await all.talk();
    await talk.write("oi");
    await talk.answer();
    const key = `${all.keys.prefix}:run:${ORGANIZATION}:`;
    const [pending = ""] = await all.redis.keys(`${key}quiet-*`);
    const run = pending.slice(key.length);
    // Looked at too early, it is put off until two hours after what we said last.
    await all.hasten(run);
    await all.settle();
    expect(Number(await all.redis.hget(pending, "at")) - (await all.now())).toBeGreaterThan(1.9 * HOUR);
    const told = (await all.now()) - 2 * HOUR;
    await all.redis.hset(
      `${all.keys.prefix}:contact:${ORGANIZATION}:551@lid`,
      "told",
      told,
      "wrote",
      told - 1,
    );
    await all.hasten(run);
    await all.settle();
    expect(await all.automations.tagsOf(talk.conversation)).toEqual(["quiet"]);
    expect(await all.redis.exists(pending)).toBe(0);
  });

  test("begins nothing where the contact wrote last", async () => {
    const all = deployment();
    await all.put(quiet);
    const talk = await all.talk();
    await talk.write("oi");
    await talk.answer();
    await talk.write("e aí?");
    const key = `${all.keys.prefix}:run:${ORGANIZATION}:`;
    const [pending = ""] = await all.redis.keys(`${key}quiet-*`);
    await all.hasten(pending.slice(key.length));
    await all.settle();
    expect(await all.ended()).toEqual([]);
    expect(await all.redis.exists(pending)).toBe(0);
    // And is armed again by our next message.
    await talk.answer("here");
    expect(await all.redis.exists(pending)).toBe(1);
  });

  test("is not waited for after a message of an automation: it would follow itself for ever", async () => {
    const all = deployment();
    await all.put(quiet, { id: "prices", trigger: KEYWORD, steps: [send("10")] });
    const talk = await all.talk();
    await talk.owner("o", { forMs: 0 });
    await all.redis.del(...(await all.redis.keys(`${all.keys.prefix}:run:${ORGANIZATION}:quiet-*`)));
    await all.automations.start(talk.conversation, "prices");
    await talk.wroteAgo(1_000);
    await all.settle();
    expect(await talk.drain()).toEqual(["10"]);
    expect(await all.redis.keys(`${all.keys.prefix}:run:${ORGANIZATION}:quiet-*`)).toEqual([]);
  });

  test("is waited for after what the owner wrote on the phone", async () => {
    const all = deployment();
    await all.put(quiet);
    const talk = await all.talk();
    await talk.owner("veja o catálogo", { forMs: 0 });
    expect(await all.redis.keys(`${all.keys.prefix}:run:${ORGANIZATION}:quiet-*`)).toHaveLength(1);
  });
});
