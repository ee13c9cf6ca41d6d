import { describe, expect, test } from "vitest";
import { Unsealable } from "../adapters/redis/sealing.ts";
import { policyOf } from "../conversation/policy.ts";
import { HOUR, KEYWORD, ORGANIZATION, send, tag, useAutomations } from "./automations-fixture.ts";
import { listRefusals } from "./run-list.ts";
import { automationKey } from "./stored.ts";
import { WebhookFailed } from "./webhook.ts";

const deployment = useAutomations();

describe("what fails", () => {
  const step = { do: "webhook", url: "https://shop.example/hook", secret: "s".repeat(16) } as const;

  test("is tried again under the same name, and goes on once it succeeds", async () => {
    const all = deployment();
    await all.put({ id: "a", trigger: KEYWORD, steps: [step, tag("after")] });
    const talk = await all.talk();
    let failures = 0;
    all.failing = () => (++failures <= 3 ? new WebhookFailed("the webhook answered 503", false) : undefined);
    await talk.write("preço");
    await all.settle();
    expect(failures).toBe(4);
    expect(await all.ended()).toMatchObject([{ state: "done" }]);
  });

  test("too often ends the run with the reason", async () => {
    const all = deployment();
    await all.put({ id: "a", trigger: KEYWORD, steps: [step, tag("after")] });
    const talk = await all.talk();
    let failures = 0;
    all.failing = () => (failures++, new WebhookFailed("the webhook answered 503", false));
    await talk.write("preço");
    await all.settle();
    expect(failures).toBe(6);
    expect(await all.ended()).toMatchObject([
      { state: "failed", step: 0, reason: "the webhook answered 503" },
    ]);
    expect(await all.automations.tagsOf(talk.conversation)).toEqual([]);
  });

  test("for good is not tried again", async () => {
    const all = deployment();
    await all.put({ id: "a", trigger: KEYWORD, steps: [step] });
    const talk = await all.talk();
    let failures = 0;
    all.failing = () => (failures++, new WebhookFailed("the webhook answered 410", true));
    await talk.write("preço");
    await all.settle();
    expect(failures).toBe(1);
    expect(await all.ended()).toMatchObject([{ state: "failed", reason: "the webhook answered 410" }]);
  });

  test("waits as long as it is asked to", async () => {
    const all = deployment();
    await all.put({ id: "a", trigger: KEYWORD, steps: [step] });
    const talk = await all.talk();
    all.failing = () => new WebhookFailed("the webhook answered 429", false, HOUR);
    await talk.write("preço");
    await all.settle();
    const [run] = await all.active();
    expect(run!.at! - (await all.now())).toBeGreaterThan(0.9 * HOUR);
    expect(run).toMatchObject({ attempt: 1, step: 0 });
  });

  test("waits no longer than a day, however long it is asked to", async () => {
    const all = deployment();
    await all.put({ id: "a", trigger: KEYWORD, steps: [step] });
    const talk = await all.talk();
    all.failing = () => new WebhookFailed("the webhook answered 429", false, Number.POSITIVE_INFINITY);
    await talk.write("preço");
    await all.settle();
    const [run] = await all.active();
    expect(run!.at! - (await all.now())).toBeLessThanOrEqual(24 * HOUR);
    expect(run).toMatchObject({ state: "running", attempt: 1 });
  });

  test("for want of the organization's settings is tried again: another process may have them", async () => {
    const all = deployment();
    await all.put({ id: "a", trigger: KEYWORD, steps: [step] });
    const talk = await all.talk();
    await talk.write("preço");
    let asked = 0;
    await all.settle(all.executor({ settings: async () => (++asked === 1 ? undefined : all.settings) }));
    expect(asked).toBe(2);
    expect(await all.ended()).toMatchObject([{ state: "done" }]);
  });

  test("to be read by whoever takes it is tried seldom", async () => {
    const all = deployment();
    await all.put({ id: "a", trigger: KEYWORD, steps: [step] });
    const talk = await all.talk();
    await talk.write("preço");
    const [run = ""] = await all.due();
    await all.redis.hset(automationKey(all.keys.prefix, ORGANIZATION, "a"), "1", "of a key that is gone");
    const key = `${all.keys.prefix}:run:${ORGANIZATION}:${run}`;
    const waits: number[] = [];
    for (let take = 0; take < 9; take++) {
      await expect(all.runs.claim(ORGANIZATION, run)).rejects.toThrow(Unsealable);
      waits.push(Math.round((Number(await all.redis.hget(key, "until")) - (await all.now())) / 60_000));
      await all.redis.hset(key, "until", 0);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 64, 64]);
  });

  test("who was too slow, so that another one has taken the step, writes nothing any more", async () => {
    const all = deployment();
    await all.put({ id: "a", trigger: KEYWORD, steps: [{ do: "ask", instruction: "x" }] });
    const talk = await all.talk();
    await talk.write("preço");
    const [run = ""] = await all.due();
    const slow = await all.runs.claim(ORGANIZATION, run);
    expect(await all.runs.claim(ORGANIZATION, run)).toMatchObject({ kind: "busy" });
    await all.redis.hset(`${all.keys.prefix}:run:${ORGANIZATION}:${run}`, "until", 0);
    const quick = await all.runs.claim(ORGANIZATION, run);
    if (slow.kind !== "step" || quick.kind !== "step") throw new Error("expected a step");
    expect(quick.attempt).toBe(1);
    const before = await all.dump();
    const end = { kind: "end", state: "failed", reason: "too slow" } as const;
    expect(await all.runs.advance(slow, end)).toEqual({ kind: "lost" });
    expect(await all.dump()).toEqual(before);
    expect(await all.runs.advance(quick, { kind: "send", text: "ok" })).toEqual({ kind: "sent" });
    expect(await all.runs.advance(slow, end)).toEqual({ kind: "lost" });
    expect(await talk.drain()).toEqual(["ok"]);
    expect(await all.ended()).toMatchObject([{ state: "done" }]);
  });

  test("a step that kills each who does it is given up", async () => {
    const all = deployment();
    await all.put({ id: "a", trigger: KEYWORD, steps: [step] });
    const talk = await all.talk();
    await talk.write("preço");
    const [run = ""] = await all.due();
    for (let death = 0; death < 6; death++) {
      await all.runs.claim(ORGANIZATION, run);
      await all.redis.hset(`${all.keys.prefix}:run:${ORGANIZATION}:${run}`, "until", 0);
    }
    await all.executor().advance(ORGANIZATION, run, new AbortController().signal);
    expect(all.calls).toEqual([]);
    const reason = "step 1 was begun 6 times and never ended";
    expect(await all.ended()).toMatchObject([{ state: "failed", reason }]);
  });

  test("a message that WhatsApp refuses ends the run", async () => {
    const all = deployment();
    await all.put({ id: "a", trigger: KEYWORD, steps: [send("x"), tag("after")] });
    const talk = await all.talk();
    await all.automations.start(talk.conversation, "a");
    await talk.wroteAgo(0);
    await all.settle();
    await talk.refuse((await talk.part()).id);
    expect(await all.ended()).toMatchObject([{ state: "failed", reason: "463" }]);
    expect(await all.due()).toEqual([]);
  });

  test("who is told to stop leaves the step to the next one, and it counts as no attempt", async () => {
    const all = deployment();
    await all.put({ id: "a", trigger: KEYWORD, steps: [step] });
    const talk = await all.talk();
    await talk.write("preço");
    const stop = new AbortController();
    all.failing = () => (stop.abort(), new Error("aborted"));
    const [run = ""] = await all.due();
    await all.executor().advance(ORGANIZATION, run, stop.signal);
    expect(await all.active()).toMatchObject([{ state: "running", attempt: 0 }]);
    all.failing = undefined;
    await all.settle();
    expect(all.calls).toHaveLength(1);
  });
});

describe("loops and floods", () => {
  test("automations that start each other end after five, with the reason", async () => {
    const all = deployment();
    const over = (from: string, to: string) =>
      ({
        id: from,
        trigger: { on: "tag", tag: from },
        steps: [{ do: "untag", tag: to }, tag(to)] as { do: "tag" | "untag"; tag: string }[],
        limits: { perContactPerDay: 100 },
      }) as const;
    await all.put(over("ping", "pong"), over("pong", "ping"));
    const talk = await all.talk();
    await all.automations.tag(talk.conversation, "ping");
    await all.settle();
    const ended = await all.ended();
    expect(
      ended
        .filter(({ state }) => state === "done")
        .map(({ depth }) => depth)
        .toSorted(),
    ).toEqual([1, 2, 3, 4, 5]);
    const reason = "a chain of more than 5 automations";
    expect(ended.filter(({ state }) => state === "stopped")).toMatchObject([
      { automation: "pong", depth: 6, reason },
    ]);
    const { day } = policyOf(all.settings);
    expect(await listRefusals(all.redis, all.keys, ORGANIZATION, day)).toEqual([
      { automation: "pong", reason, times: 1 },
    ]);
  });

  test("one contact starts an automation some times a day", async () => {
    const all = deployment();
    await all.put({ id: "a", trigger: KEYWORD, steps: [tag("x")], limits: { perContactPerDay: 2 } });
    const talk = await all.talk();
    for (let index = 0; index < 4; index++) await talk.write("preço", `m${index}`);
    await (await all.talk("552@lid")).write("preço", "other");
    await all.settle();
    const states = (await all.ended()).map(({ chat, state, reason }) => `${chat} ${state} ${reason ?? ""}`);
    expect(states.toSorted()).toEqual([
      "551@lid done ",
      "551@lid done ",
      "551@lid stopped more than 2 runs for one contact in one day",
      "551@lid stopped more than 2 runs for one contact in one day",
      "552@lid done ",
    ]);
  });

  test("an organization starts so many an hour; all that is refused is counted, some of it listed", async () => {
    const all = deployment();
    all.settings = { ...all.settings, automationRunsPerHour: 3 };
    await all.put({ id: "a", trigger: KEYWORD, steps: [tag("x")] });
    for (let index = 0; index < 30; index++)
      await (await all.talk(`${index}@lid`)).write("preço", `m${index}`);
    expect(await all.active()).toHaveLength(3);
    expect(await all.ended()).toHaveLength(20);
    const { day } = policyOf(all.settings);
    expect(await listRefusals(all.redis, all.keys, ORGANIZATION, day)).toEqual([
      { automation: "a", reason: "more than 3 runs of the organization in one hour", times: 27 },
    ]);
  });
});
