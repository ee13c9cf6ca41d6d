import { describe, expect, test } from "vitest";
import { OwnedNumber } from "../bulk/bulk-fixture.ts";
import { MINUTE } from "../conversation/record-fixture.ts";
import { HOUR, KEYWORD, ORGANIZATION, send, tag, useAutomations, type Given } from "./automations-fixture.ts";
import { automationKey } from "./stored.ts";

const deployment = useAutomations();

describe("steps", () => {
  test("follow each other: a message goes on when the server has it, and not before", async () => {
    const all = deployment();
    await all.put({ id: "a", trigger: KEYWORD, steps: [send("one"), tag("between"), send("two")] });
    const talk = await all.talk();
    await talk.write("preço");
    await all.settle();
    expect(await all.active()).toMatchObject([{ state: "sending", step: 0 }]);
    expect(await talk.drain()).toEqual(["one"]);
    expect(await all.due()).toHaveLength(1);
    await all.settle();
    expect(await all.active()).toMatchObject([{ state: "sending", step: 2 }]);
    expect(await talk.drain()).toEqual(["two"]);
    expect(await all.ended()).toMatchObject([{ state: "done" }]);
    expect((await talk.lists()).history.filter((entry) => entry.startsWith("automation"))).toEqual([
      "automation: one",
      "automation: two",
    ]);
  });

  test("a wait lasts until its time, also across a change of the automation", async () => {
    const all = deployment();
    await all.put({ id: "a", trigger: KEYWORD, steps: [{ do: "wait", minutes: 10 }, tag("old")] });
    const talk = await all.talk();
    await talk.write("preço");
    await all.settle();
    const [run] = await all.active();
    expect(run).toMatchObject({ state: "waiting", step: 1, version: 1 });
    expect(run!.at! - run!.began).toBeGreaterThanOrEqual(10 * MINUTE);
    await all.put({ id: "a", trigger: KEYWORD, steps: [tag("new")] });
    await all.hasten(run!.run);
    await all.settle();
    expect(await all.automations.tagsOf(talk.conversation)).toEqual(["old"]);
    // Its version was kept for it, and goes with it.
    const kept = await all.redis.hkeys(automationKey(all.keys.prefix, ORGANIZATION, "a"));
    expect(kept.toSorted()).toEqual(["2", "last"]);
  });

  test("to whoever wrote long ago a message waits for its turn in the lane", async () => {
    const all = deployment();
    await all.put({ id: "a", trigger: KEYWORD, steps: [send("later"), tag("sent")] });
    const talk = await all.talk();
    await talk.write("preço");
    await talk.wroteAgo(2 * MINUTE);
    await all.settle();
    expect(await all.redis.llen(`${all.keys.prefix}:lane:${ORGANIZATION}:automation`)).toBe(1);
    expect((await talk.lists()).outbound).toEqual([]);
    expect(await all.active()).toMatchObject([{ state: "sending", step: 0 }]);
  });

  test("to whoever then wants no more a message is not sent, and its run ends", async () => {
    const all = deployment();
    await all.put({ id: "a", trigger: KEYWORD, steps: [send("one"), tag("sent")] });
    const talk = await all.talk();
    await talk.write("preço");
    await all.settle();
    await talk.receive({
      ...{ kind: "customer", id: "no", sender: "551@lid", at: 1, text: "sair", optOut: "ok" },
    } as const);
    expect(await all.ended()).toMatchObject([
      { state: "stopped", reason: "the contact wants no messages of this kind" },
    ]);
    expect(await all.active()).toEqual([]);
    expect(await talk.drain()).toEqual(["ok"]);
  });

  test("a message is as long as one may be, whatever the customer wrote into it, and one without text is none", async () => {
    const all = deployment();
    await all.put(
      { id: "echo", trigger: KEYWORD, steps: [send("Você escreveu: {{texto}}")] },
      { id: "empty", trigger: KEYWORD, steps: [send(" {{numero}} ")] },
    );
    const talk = await all.talk();
    await talk.write(`preço ${"😀".repeat(50_000)}`, "long");
    await all.settle();
    const [sent = ""] = await talk.drain();
    expect([...sent]).toHaveLength(4_096);
    expect(sent.isWellFormed()).toBe(true);
    expect((await all.ended()).find(({ automation }) => automation === "empty")).toMatchObject({
      state: "failed",
      reason: "step 1 has no text for this contact",
    });
  });

  test("what waits for its turn for more than a week ends the run, and is not sent", async () => {
    const all = deployment();
    await all.put({ id: "a", trigger: KEYWORD, steps: [send("later")] });
    const talk = await all.talk();
    await talk.write("preço");
    await talk.wroteAgo(2 * MINUTE);
    await all.settle();
    const lane = `${all.keys.prefix}:lane:${ORGANIZATION}:automation`;
    const part = JSON.parse((await all.redis.lindex(lane, 0)) ?? "{}") as { until: number };
    expect(part.until - (await all.now())).toBeLessThanOrEqual(7 * 24 * HOUR);
    await all.redis.lset(lane, 0, JSON.stringify({ ...part, until: await all.now() }));
    const number = await OwnedNumber.of(all, { organization: ORGANIZATION });
    await number.run();
    number.pump.close();
    expect(number.texts).toEqual([]);
    expect(await all.ended()).toMatchObject([{ state: "failed", reason: "it was not its turn in time" }]);
  });

  test("to hand over says so once, and the AI keeps out", async () => {
    const all = deployment();
    await all.put({ id: "a", trigger: KEYWORD, steps: [{ do: "hand-over", text: "Já chamo alguém" }] });
    const talk = await all.talk();
    await talk.write("preço");
    await all.settle();
    expect(await talk.drain()).toEqual(["Já chamo alguém"]);
    expect(await talk.write("oi?", "later")).toBe("silenced");
    expect(await all.ended()).toMatchObject([{ state: "done" }]);
  });

  test("to hand over says what the organization says where there is no text for the contact", async () => {
    const all = deployment();
    await all.put({ id: "a", trigger: KEYWORD, steps: [{ do: "hand-over", text: "{{numero}}" }] });
    all.settings = { ...all.settings, handOverMessage: "Já {{chamo}} alguém" };
    const talk = await all.talk();
    await talk.write("preço");
    await all.settle();
    expect(await talk.drain()).toEqual(["Já {{chamo}} alguém"]);
  });

  test("to ask has the AI write, for this customer", async () => {
    const all = deployment();
    await all.put({ id: "a", trigger: KEYWORD, steps: [{ do: "ask", instruction: "prices" }] });
    const talk = await all.talk();
    await talk.write("preço?");
    await all.settle();
    expect(await talk.drain()).toEqual(["about prices"]);
    expect(all.asked).toMatchObject([
      { organization: ORGANIZATION, purpose: "automation", conversation: talk.conversation },
    ]);
    expect(all.asked[0]?.facts).toBe("Name of the customer: Ana\nThe customer wrote: preço?");
  });

  test("a webhook is called with who and what, never with what was said", async () => {
    const all = deployment();
    const step = { do: "webhook", url: "https://shop.example/hook", secret: "s".repeat(16) } as const;
    await all.put({ id: "a", trigger: KEYWORD, steps: [tag("x"), step] });
    const talk = await all.talk();
    await talk.write("o meu segredo e o preço");
    await all.settle();
    const [run] = await all.ended();
    const [call] = all.calls;
    expect(call).toMatchObject({ url: step.url, secret: step.secret, delivery: `${run?.run}/2` });
    expect(JSON.parse(call!.body)).toMatchObject({
      event: "automation.step",
      organization: ORGANIZATION,
      automation: { id: "a", name: "a" },
      run: run?.run,
      step: 2,
      contact: { chat: "551@lid", name: "Ana", tags: ["x"] },
    });
    expect(call!.body).not.toContain("segredo");
  });

  test.each([
    ["replied", { replied: true }, "the contact replied"],
    ["has a tag", { tag: "x" }, "the contact has the tag x"],
    ["has not got a tag", { withoutTag: "y" }, "the contact has not got the tag y"],
  ] as const)("stop for a contact that %s", async (_what, condition, reason) => {
    const all = deployment();
    const steps = [tag("x"), { do: "wait", minutes: 1 }, { do: "stop-if", ...condition }, tag("z")] as const;
    await all.put({ id: "a", trigger: { on: "first-message" }, steps: [...steps] });
    const talk = await all.talk();
    await talk.write("oi");
    await all.settle();
    await talk.write("mais uma coisa");
    await talk.wroteAgo(-5);
    await all.hasten((await all.active())[0]!.run);
    await all.settle();
    expect(await all.ended()).toMatchObject([{ state: "stopped", step: 2, reason }]);
    expect(await all.automations.tagsOf(talk.conversation)).toEqual(["x"]);
  });

  test("go on past conditions that do not hold", async () => {
    const all = deployment();
    const steps: Given["steps"] = [{ do: "stop-if", replied: true }, { do: "stop-if", tag: "x" }, tag("z")];
    await all.put({ id: "a", trigger: KEYWORD, steps });
    const talk = await all.talk();
    await talk.write("preço");
    await all.settle();
    expect(await all.ended()).toMatchObject([{ state: "done" }]);
  });
});

describe("a chat that a person has", () => {
  const automation: Given = { id: "a", trigger: { on: "tag", tag: "t" }, steps: [send("hello")] };

  test("gets nothing, and the run is stopped with the reason", async () => {
    const all = deployment();
    await all.put(automation);
    const talk = await all.talk();
    await talk.owner("eu atendo");
    await all.automations.tag(talk.conversation, "t");
    await all.settle();
    expect(await all.ended()).toMatchObject([
      { state: "stopped", reason: "a person has taken the chat over" },
    ]);
    expect((await talk.lists()).outbound).toEqual([]);
  });

  test("gets it when the person is through, where the automation says so", async () => {
    const all = deployment();
    await all.put({ ...automation, whilePersonHasChat: "wait" });
    const talk = await all.talk();
    await talk.owner("eu atendo", { forMs: HOUR });
    await all.automations.tag(talk.conversation, "t");
    await all.settle();
    const [run] = await all.active();
    expect(run).toMatchObject({ state: "waiting", step: 0, at: (await talk.view()).silentUntil });
    const key = `${all.keys.prefix}:conversation:${ORGANIZATION}:551@lid`;
    await all.redis.hset(key, "silentUntil", 1);
    await talk.wroteAgo(0);
    await all.hasten(run!.run);
    await all.settle();
    expect(await talk.drain()).toEqual(["hello"]);
  });

  test("starts nothing by what is written there, unless it waits", async () => {
    const all = deployment();
    await all.put(
      { id: "stops", trigger: KEYWORD, steps: [tag("x")] },
      { id: "waits", trigger: KEYWORD, steps: [tag("x")], whilePersonHasChat: "wait" },
    );
    const talk = await all.talk();
    await talk.owner("eu atendo");
    expect(await talk.write("preço")).toBe("silenced");
    expect(await all.active()).toMatchObject([{ automation: "waits" }]);
  });
});
