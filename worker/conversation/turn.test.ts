import { describe, expect, test } from "vitest";
import type { Logger } from "../runtime/logging.ts";
import { organizationSettings } from "../sessions/organization.ts";
import { AiMisconfigured, AiRefused, AiUnavailable, AttemptFailed, BudgetSpent } from "./completions.ts";
import type { Outbox } from "./outbox.ts";
import { useRecord, WROTE_AT } from "./record-fixture.ts";
import { turn, type TurnOptions } from "./turn.ts";

const deployment = useRecord();
const quiet: Logger = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
const settings = organizationSettings.parse({
  name: "Padaria",
  holdingMessage: "one moment",
  fallbackMessage: "sorry",
});

/** One message that waits, and what a turn needs; `answer` is the AI. */
async function waiting(answer: (signal: AbortSignal) => Promise<string>, changed: Partial<TurnOptions> = {}) {
  const chat = await deployment().chat();
  await chat.say("a");
  const wakes: number[] = [];
  let asked = 0;
  const options: TurnOptions = {
    record: chat.record,
    completions: {
      answer: async (_question, signal) => {
        asked++;
        return { texts: [await answer(signal)] };
      },
    },
    outbox: { deliver: async () => {} } as unknown as Outbox,
    log: quiet,
    attemptMs: 5_000,
    objectiveMs: 60_000,
    attempts: 2,
    backoffMs: 100,
    patienceMs: 60_000,
    lease: () => chat.lease,
    settings: () => settings,
    wakeIn: (_conversation, ms) => wakes.push(ms),
    thought: () => {},
    ...changed,
  };
  const stop = new AbortController();
  return { chat, wakes, stop, asked: () => asked, run: () => turn(chat.conversation, options, stop.signal) };
}

test("an answer is committed, and leaves nothing unanswered", async () => {
  const { chat, run } = await waiting(async () => "one");
  await run();
  expect(await chat.view()).toMatchObject({ state: "sending", inbound: 0, outbound: 1 });
});

test("what is to be sent is seen to, also where another one thinks, but for a chat at rest", async () => {
  let delivered = 0;
  const outbox = { deliver: async () => void delivered++ } as unknown as Outbox;
  const { chat, asked, run } = await waiting(async () => "one", { outbox });
  const thought = await chat.think();
  await run();
  expect([asked(), delivered]).toEqual([0, 1]);
  await chat.commit(thought, "one");
  await chat.drain();
  await run();
  expect([asked(), delivered]).toEqual([0, 1]);
  await chat.say("b");
  await run();
  expect([asked(), delivered]).toEqual([1, 2]);
});

test("no turn is begun for an organization whose settings are not known, or whose lease is gone", async () => {
  for (const missing of [{ settings: () => undefined }, { lease: () => undefined }]) {
    const { chat, asked, run } = await waiting(async () => "one", missing);
    await run();
    expect(asked()).toBe(0);
    expect(await chat.view()).toMatchObject({ state: "waiting", turn: 0 });
  }
});

test("a failed attempt is followed by another one after its back-off", async () => {
  const { chat, wakes, run } = await waiting(() => Promise.reject(new Error("503")));
  await run();
  expect(wakes).toEqual([100]);
  expect(await chat.view()).toMatchObject({ state: "waiting", attempts: 1, outbound: 0 });
});

test("an attempt past its hard timeout is aborted", async () => {
  const { chat, run } = await waiting(
    (signal) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))),
    { attemptMs: 20 },
  );
  await run();
  expect(await chat.view()).toMatchObject({ state: "waiting", attempts: 1 });
});

test("past the objective the customer is asked for a moment, once, and then answered", async () => {
  const answer = Promise.withResolvers<string>();
  const { chat, run } = await waiting(() => answer.promise, { objectiveMs: 0 });
  const done = run();
  await expect.poll(async () => (await chat.view()).outbound).toBe(1);
  answer.resolve("one");
  await done;
  expect(await chat.drain()).toEqual(["one moment", "one"]);
});

test("a drain leaves the turn to the next owner, and uses up no attempt", async () => {
  const { chat, stop, run } = await waiting(
    (signal) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))),
  );
  const done = run();
  await expect.poll(async () => (await chat.view()).state).toBe("thinking");
  stop.abort();
  await done;
  expect(await chat.view()).toMatchObject({ state: "thinking", attempts: 0 });
  const lease = await chat.deployment.lease(chat.conversation.organization, { owner: "next", epoch: "8" });
  const begun = await chat.record.begin(lease, chat.conversation, { attemptMs: 1_000 });
  expect(begun).toMatchObject({ kind: "think", turn: 1, attempt: 1 });
});

test("a holding message that its thinker did not live to send goes out, and the turn is thought at once", async () => {
  const answer = Promise.withResolvers<string>();
  let delivered = 0;
  const outbox = { deliver: async () => void delivered++ } as unknown as Outbox;
  const { chat, asked, run } = await waiting(() => answer.promise, { objectiveMs: 0, outbox });
  const { organization } = chat.conversation;
  const gone = await chat.deployment.lease(organization, { owner: "gone", epoch: "6" });
  const thought = await chat.record.begin(gone, chat.conversation, { attemptMs: 60_000 });
  if (thought.kind !== "think") throw new Error(`expected a turn to think, got ${thought.kind}`);
  await chat.record.hold(gone, chat.conversation, thought, "one moment");
  await chat.deployment.lease(organization);
  const done = run();
  await expect.poll(() => delivered).toBe(1);
  expect(asked()).toBe(1);
  answer.resolve("one");
  await done;
  expect(await chat.drain()).toEqual(["one moment", "one"]);
});

test("when every attempt is used up the AI is not asked again", async () => {
  const { chat, asked, run } = await waiting(async () => "too late", { attempts: 1 });
  await chat.think({ attemptMs: 0 });
  await run();
  expect(asked()).toBe(0);
  expect(await chat.drain()).toEqual(["sorry"]);
  expect(await chat.view()).toMatchObject({ state: "failed", inbound: 1 });
});

describe("an AI that does not answer", () => {
  const failing = (error: Error, changed: Partial<TurnOptions> = {}) =>
    waiting(async () => {
      throw error;
    }, changed);

  test("for anybody now is waited for as long as it asks, and a little longer, and no attempt is used up", async () => {
    const { chat, wakes, run } = await failing(new AiUnavailable("429", 2_000));
    await run();
    expect(wakes).toHaveLength(1);
    expect(wakes[0]).toBeGreaterThanOrEqual(2_000);
    expect(wakes[0]).toBeLessThanOrEqual(2_500);
    expect(await chat.view()).toMatchObject({ state: "waiting", attempts: 0 });
  });

  test("for anybody, and does not say for how long, is waited for as before any attempt at least", async () => {
    const { wakes, run } = await failing(new AiUnavailable("429", undefined));
    await run();
    expect(wakes[0]).toBeGreaterThanOrEqual(100);
  });

  test("for anybody past the objective has the customer asked for a moment, in the same breath", async () => {
    const { chat, run } = await failing(new AiUnavailable("open", 2_000), { objectiveMs: 1_000 });
    await run();
    expect(await chat.drain()).toEqual(["one moment"]);
  });

  test("for anybody, and for too long, is given up", async () => {
    const { chat, run } = await failing(new AiUnavailable("open", 2_000), { patienceMs: 0 });
    await run();
    expect(await chat.drain()).toEqual(["sorry"]);
    expect(await chat.view()).toMatchObject({ state: "failed" });
  });

  test("because of its configuration is not tried again", async () => {
    const { chat, wakes, run } = await failing(new AiMisconfigured("401"));
    await run();
    expect(wakes).toEqual([]);
    expect(await chat.drain()).toEqual(["sorry"]);
  });

  test("because it refuses leaves the customer to a person", async () => {
    const { chat, asked, run } = await failing(new AiRefused("no"));
    await run();
    await run();
    expect(asked()).toBe(1);
    expect(await chat.drain()).toEqual([settings.handOverMessage]);
    const { state, silentUntil = 0 } = await chat.view();
    expect(state).toBe("rest");
    expect(silentUntil).toBeGreaterThan(Date.now() + (settings.handOverMinutes - 1) * 60_000);
  });

  test("because the budget is spent leaves the customer to a person until the next day", async () => {
    const { chat, run } = await failing(new BudgetSpent("spent", { day: "2026-11-25", forMs: 90_000 }));
    await run();
    expect(await chat.drain()).toEqual([settings.budgetMessage]);
    expect((await chat.view()).silentUntil).toBeLessThanOrEqual(Date.now() + 90_000);
  });

  const asTeam = {
    kind: "customer",
    id: "b",
    sender: "551@lid",
    at: WROTE_AT,
    text: "b",
    who: "team",
  } as const;

  test.each([
    [new AttemptFailed("500"), "Não consegui responder agora. Tente de novo daqui a alguns minutos."],
    [new AiRefused("no"), "Não posso responder a isso."],
    [
      new BudgetSpent("spent", { day: "2026-11-25", forMs: 90_000 }),
      "O orçamento de hoje da IA acabou. Volto a responder amanhã.",
    ],
  ])(
    "tells the organization's own people that, promises them no call, and leaves them to nobody: %s",
    async (error, text) => {
      const { chat, asked, run } = await failing(error, { attempts: 1 });
      await chat.receive(asTeam);
      await run();
      expect(asked()).toBe(1);
      expect(await chat.drain()).toEqual([text]);
      expect((await chat.view()).silentUntil).toBeUndefined();
      const { redis, keys } = chat.deployment;
      expect(await redis.exists(`${keys.prefix}:handed:acme`)).toBe(0);
    },
  );
});
