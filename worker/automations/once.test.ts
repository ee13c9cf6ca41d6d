import { describe, expect, test } from "vitest";
import { OwnedNumber } from "../bulk/bulk-fixture.ts";
import { HOUR, KEYWORD, ORGANIZATION, send, tag, useAutomations } from "./automations-fixture.ts";

const deployment = useAutomations();
const WAIT = { do: "wait", minutes: 10 } as const;

/** A run that has sent its first message, and waits. */
async function waiting() {
  const all = deployment();
  await all.put({ id: "a", trigger: KEYWORD, steps: [send("one"), WAIT, tag("x")] });
  const talk = await all.talk();
  const { run } = await all.automations.start(talk.conversation, "a", "order 1");
  await talk.wroteAgo(0);
  await all.settle();
  expect(await talk.drain()).toEqual(["one"]);
  await all.settle();
  expect(await all.active()).toMatchObject([{ run, state: "waiting", step: 2 }]);
  return { all, talk, run };
}

describe("a run that goes on", () => {
  test("is not begun anew by the same cause", async () => {
    const { all, talk, run } = await waiting();
    const before = await all.active();
    expect(await all.automations.start(talk.conversation, "a", "order 1")).toEqual({ run, outcome: "begun" });
    expect(await all.active()).toEqual(before);
  });

  test("is not moved by the ack of a message of another step", async () => {
    const { all, talk, run } = await waiting();
    const before = await all.active();
    await all.record.enqueue(talk.conversation, { source: "automation", run, part: 1, text: "late" });
    expect(await talk.drain()).toEqual(["late"]);
    expect(await all.active()).toEqual(before);
  });

  test("sends nothing that waits in the lane for a step it is past", async () => {
    const { all, talk, run } = await waiting();
    const before = await all.active();
    const { chat } = talk.conversation;
    await all.lanes.push([
      { organization: ORGANIZATION, to: { chat }, source: "automation", run, part: 1, text: "late" },
    ]);
    const number = await OwnedNumber.of(all, { organization: ORGANIZATION });
    await number.run();
    number.pump.close();
    expect(number.texts).toEqual([]);
    expect(await all.active()).toEqual(before);
  });
});

test("a message that is in the outbox already is not put there again", async () => {
  const all = deployment();
  await all.put({ id: "a", trigger: KEYWORD, steps: [send("one")] });
  const talk = await all.talk();
  await talk.write("preço");
  const [run = ""] = await all.due();
  await all.record.enqueue(talk.conversation, { source: "automation", run, part: 0, text: "one" });
  await all.settle();
  expect(await talk.drain()).toEqual(["one"]);
  expect(await all.ended()).toMatchObject([{ run, state: "done" }]);
});

test("a run whose message is not sent within a week has failed", async () => {
  const all = deployment();
  await all.put({ id: "a", trigger: KEYWORD, steps: [send("one")] });
  const talk = await all.talk();
  await talk.write("preço");
  await all.settle();
  const [{ run } = { run: "" }] = await all.active();
  await all.hasten(run);
  await all.settle();
  expect(await all.active()).toMatchObject([{ run, state: "sending" }]);
  const since = (await all.now()) - 7 * 24 * HOUR;
  await all.redis.hset(`${all.keys.prefix}:run:${ORGANIZATION}:${run}`, "since", since);
  await all.hasten(run);
  await all.settle();
  expect(await all.ended()).toMatchObject([
    { run, state: "failed", reason: "its message was not sent within a week" },
  ]);
});

describe("of runs that have ended", () => {
  test("no text is kept", async () => {
    const all = deployment();
    await all.put({ id: "a", trigger: KEYWORD, steps: [tag("x")] });
    await (await all.talk()).write("preço");
    const texts = () => all.redis.keys(`${all.keys.prefix}:run:*:text`);
    expect(await texts()).toHaveLength(1);
    await all.settle();
    expect(await texts()).toEqual([]);
  });

  test("the last thousand are", async () => {
    const all = deployment();
    const key = (run: string) => `${all.keys.prefix}:run:${ORGANIZATION}:${run}`;
    const ended = `${all.keys.prefix}:ended:${ORGANIZATION}`;
    const now = await all.now();
    const others = all.redis.pipeline();
    for (let index = 0; index < 1_000; index++) {
      others.zadd(ended, now - 1_000 + index, `other-${index}`).hset(key(`other-${index}`), "state", "done");
    }
    await others.exec();
    await all.put({ id: "a", trigger: KEYWORD, steps: [tag("x")] });
    await (await all.talk()).write("preço");
    await all.settle();
    expect(await all.redis.zcard(ended)).toBe(1_000);
    expect(await all.redis.exists(key("other-0"), key("other-1"))).toBe(1);
    expect(await all.redis.zrange(ended, "0", "0")).toEqual(["other-1"]);
  });
});
