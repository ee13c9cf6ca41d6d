import * as fc from "fast-check";
import { expect, test } from "vitest";
import { openPart, type WaitingPart } from "../bulk/lanes.ts";
import type { AutomatedDeployment, Talk } from "./automations-fixture.ts";
import { ORGANIZATION, useAutomations } from "./automations-fixture.ts";
import type { Step } from "./automation.ts";
import type { Executor } from "./executor.ts";

const deployment = useAutomations();
const secret = "s".repeat(16);

/** The process is gone: whatever it called may have been done, or not. */
class Died extends Error {}

/** What happens at one of all calls. */
interface Mishap {
  readonly call: number;
  /** Its process dies before or after it; or is so slow that another one does what it does. */
  readonly what: "dies before" | "dies after" | "is overtaken";
}

const step: fc.Arbitrary<"send" | "ask" | "tag" | "untag" | "webhook" | "wait"> = fc.constantFrom(
  "send",
  "ask",
  "tag",
  "untag",
  "webhook",
  "wait",
);
const scene = fc.record({
  kinds: fc.array(step, { minLength: 1, maxLength: 6 }),
  handedOver: fc.boolean(),
  /** Whether what is sent goes by the lane. */
  wroteLongAgo: fc.boolean(),
  mishaps: fc.array(
    fc.record({
      call: fc.integer({ min: 1, max: 30 }),
      what: fc.constantFrom("dies before", "dies after", "is overtaken"),
    }),
    { maxLength: 4 },
  ),
  /** How many look at the run at once. */
  executors: fc.integer({ min: 1, max: 3 }),
});

function stepsOf(kinds: readonly string[], handedOver: boolean): Step[] {
  const steps = kinds.map((kind, index): Step => {
    switch (kind) {
      case "send":
        return { do: "send", text: `text ${index}` };
      case "ask":
        return { do: "ask", instruction: `question ${index}` };
      case "webhook":
        return { do: "webhook", url: "https://shop.example/", secret };
      case "wait":
        return { do: "wait", minutes: 60 };
      default:
        return { do: kind as "tag", tag: "x" };
    }
  });
  return handedOver ? [...steps, { do: "hand-over", text: "a person comes" }] : steps;
}

/** Counts the calls of all processes; of each process the calls of what is around it, of which one may be its last. */
function mortals(mishaps: readonly Mishap[], overtake: () => Promise<void>) {
  let calls = 0;
  return () => {
    let dead = false;
    return <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
      async (...args: Args): Promise<Result> => {
        const number = ++calls;
        const happens = (what: Mishap["what"]): boolean =>
          mishaps.some((mishap) => mishap.call === number && mishap.what === what);
        dead ||= happens("dies before");
        if (dead) throw new Died();
        const result = await call(...args);
        if (happens("is overtaken")) await overtake();
        dead ||= happens("dies after");
        if (dead) throw new Died();
        return result;
      };
  };
}

function executorOf(all: AutomatedDeployment, dying: ReturnType<ReturnType<typeof mortals>>): Executor {
  return all.executor({
    runs: {
      claim: dying((...args) => all.runs.claim(...args)),
      advance: dying((...args) => all.runs.advance(...args)),
      expand: (...args) => all.runs.expand(...args),
    },
    lanes: { push: dying((parts) => all.lanes.push(parts)) },
    // Not told as a failure of who is called: nobody is there any more to be told.
    webhook: { call: dying(async (call) => void all.calls.push(call)) },
    writer: {
      write: dying(async (task) => {
        all.asked.push(task);
        return `about ${task.instructions}`;
      }),
    },
  });
}

/** What is in the lane goes into the chat's outbox, as the number's pump would have it. */
async function release(all: AutomatedDeployment, { conversation, record }: Talk): Promise<void> {
  const waiting = await all.redis.lpop(`${all.keys.prefix}:lane:${ORGANIZATION}:automation`, 100);
  for (const encoded of waiting ?? []) {
    const part = JSON.parse(encoded) as WaitingPart;
    const text = openPart(all.sealing, ORGANIZATION, part);
    await record.enqueue(conversation, { source: "automation", run: part.run, part: part.part, text });
  }
}

/** Whoever has it has had it for too long, and what it waits for has come; but a message is on its way for as long as it is. */
async function timePasses(all: AutomatedDeployment): Promise<void> {
  for (const { run, state } of await all.active()) {
    if (state === "sending") continue;
    await all.redis.hset(`${all.keys.prefix}:run:${ORGANIZATION}:${run}`, "until", 0);
    await all.hasten(run);
  }
}

test("whoever dies or is overtaken at whatever call, and however many look at it: each step is done, and what is sent is sent once", async () => {
  await fc.assert(
    fc.asyncProperty(scene, async ({ kinds, handedOver, wroteLongAgo, mishaps, executors }) => {
      const all = deployment();
      const steps = stepsOf(kinds, handedOver);
      await all.put({ id: "a", trigger: { on: "first-message" }, steps });
      const talk = await all.talk();
      await all.automations.start(talk.conversation, "a", "once");
      await talk.wroteAgo(wroteLongAgo ? 600_000 : 0);
      const mortal = mortals(mishaps, async () => {
        await timePasses(all);
        for (const run of await all.due())
          await all.executor().advance(ORGANIZATION, run, new AbortController().signal);
      });
      const read: string[] = [];
      for (let round = 0; round < 60 && (await all.ended()).length === 0; round++) {
        for (const run of await all.due()) {
          const looking = Array.from({ length: executors }, async () => {
            await executorOf(all, mortal()).advance(ORGANIZATION, run, new AbortController().signal);
          });
          for (const looked of await Promise.allSettled(looking)) {
            if (looked.status === "rejected" && !(looked.reason instanceof Died)) throw looked.reason;
          }
        }
        await release(all, talk);
        read.push(...(await talk.drain()));
        await timePasses(all);
      }
      expect(await all.ended()).toMatchObject([{ state: "done", step: steps.length }]);
      expect(read).toEqual(
        steps.flatMap((each, index) =>
          each.do === "send" || (each.do === "hand-over" && each.text)
            ? [each.text]
            : each.do === "ask"
              ? [`about question ${index}`]
              : [],
        ),
      );
      const called = steps.flatMap((each, index) => (each.do === "webhook" ? [index + 1] : []));
      const deliveries = all.calls.map(({ delivery }) => Number(delivery.split("/")[1]));
      expect([...new Set(deliveries)]).toEqual(called);
      expect(deliveries.length - called.length).toBeLessThanOrEqual(mishaps.length * executors);
      const tagged = kinds.findLast((kind) => kind === "tag" || kind === "untag") === "tag";
      expect(await all.automations.tagsOf(talk.conversation)).toEqual(tagged ? ["x"] : []);
      const day = (await all.redis.keys(`${all.keys.prefix}:day:*`)).at(0) ?? "";
      expect(Number((await all.redis.hget(day, "handed")) ?? 0)).toBe(handedOver ? 1 : 0);
      expect(await all.due()).toEqual([]);
    }),
    { numRuns: 60 },
  );
}, 120_000);
