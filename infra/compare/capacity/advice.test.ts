import fc from "fast-check";
import { expect, test } from "vitest";
import { evenly } from "../evenly-fixture.ts";
import { adviceOn, slotsCan, tripsOfReply } from "./advice.ts";
import { WORKER } from "./capacity-fixture.ts";
import type { CapacityInput } from "./input.ts";
import { saturationOf } from "./saturation.ts";
import { simulate } from "./simulate.ts";

const ANALYSIS = { fastMs: 2_000, slowMs: 5_000 };
const EVEN = { kind: "uniform", fromMs: 2_000, toMs: 5_000 } as const;

function at(perSecond: number, change: Partial<CapacityInput> = {}): CapacityInput {
  const arrivals = { perSecond, durationMs: 3_600_000, sessions: 1_000 };
  return { ...WORKER, ai: EVEN, arrivals, storeRttMs: 0, ...change };
}

test("the 5 slots of the 2025 analysis are full at 1 to 2.5 messages a second", () => {
  expect(slotsCan(5, ANALYSIS)).toBe(
    "5 turns at once, each of 2 to 5 s of the AI, are full at 1 to 2.5 messages/s; what comes beyond that waits ever longer.",
  );
});

test("what is set too low is told what to set, and that is enough", () => {
  const input = at(2.5, { concurrency: 5 });
  const { concurrency = 0, sentences } = adviceOn(input, ANALYSIS);
  expect(sentences.at(-1)).toMatch(/set OXY_CONCURRENCY=\d+, or more, in place of 5/);
  expect(concurrency).toBeGreaterThan(2.5 * 3.5);
  const waits = simulate({ ...input, concurrency, whatsappRttMs: 0 }).times?.waiting;
  // An AI of 2 to 5 s varies less than the formula's: nobody waits longer than promised.
  expect(waits?.p99).toBeLessThanOrEqual(250);
  expect(simulate(input).times?.waiting.p50).toBeGreaterThan(60_000);
});

test("what each process needs is for its part of the messages", () => {
  const { concurrency = 0 } = adviceOn(at(2.5), ANALYSIS);
  expect(adviceOn(at(5, { processes: 2 }), ANALYSIS).concurrency).toBe(concurrency);
  expect(adviceOn(at(5), ANALYSIS).concurrency).toBeGreaterThan(concurrency);
});

test("what is set high enough is left", () => {
  const { sentences } = adviceOn(at(2.5), ANALYSIS);
  expect(sentences.at(-1)).toMatch(/OXY_CONCURRENCY=50 is enough/);
  expect(sentences).toContain("The 5 of the 2025 analysis would be full at 1 to 2.5.");
});

test("an AI that is slower than the objective is no matter of slots", () => {
  const { sentences } = adviceOn(at(1, { storeRttMs: 100 }), { fastMs: 2_000, slowMs: 4_500 });
  expect(sentences.join(" ")).toContain("no number of slots helps");
  expect(adviceOn(at(1), { fastMs: 2_000, slowMs: 4_500 }).sentences.join(" ")).not.toContain("helps");
});

test("more than any setting allows is said so", () => {
  const { concurrency, sentences } = adviceOn(at(10_000), ANALYSIS);
  expect(concurrency).toBeUndefined();
  expect(sentences.at(-1)).toContain("more than the 1000 slots");
});

test("more messages never need fewer slots", () => {
  const rate = evenly(0.001, 200);
  fc.assert(
    fc.property(rate, rate, (one, other) => {
      const [few, many] = [Math.min(one, other), Math.max(one, other)].map(
        (perSecond) => adviceOn(at(perSecond), ANALYSIS).concurrency ?? Number.POSITIVE_INFINITY,
      );
      expect(many).toBeGreaterThanOrEqual(few ?? 0);
    }),
  );
});

test("a reply waits for 8 round trips", () => {
  expect(tripsOfReply(WORKER)).toBe(8);
});

test.each<[string, Partial<CapacityInput>, number, string]>([
  ["slots", { concurrency: 5 }, 5 / 3.5, "slots"],
  ["slots, held for round trips too", { concurrency: 5, storeRttMs: 100 }, 5 / 4.1, "slots"],
  ["an AI that is cut off", { concurrency: 5, ai: { kind: "fixed", ms: 60_000 } }, 5 / 30, "slots"],
  ["the fleet's limit", { limit: { perSecond: 10, burst: 1 } }, 10, "limit"],
  ["a processor", { processor: { msPerMessage: 100, share: 0.25 } }, 2.5, "processor"],
  [
    "a processor, of which Node uses one",
    { concurrency: 1_000, processor: { msPerMessage: 100, share: 4 } },
    10,
    "processor",
  ],
  ["the pace of numbers", { pacingMs: 100_000 }, 10, "pace"],
])("what is full first may be %s", (_what, change, perSecond, by) => {
  const saturation = saturationOf(at(1, change));
  expect(saturation.perSecond).toBeCloseTo(perSecond, 6);
  expect(saturation.by).toBe(by);
});

test("one number's messages are stored one after the other", () => {
  const arrivals = { perSecond: 1, durationMs: 1, sessions: 1 };
  expect(saturationOf(at(1, { arrivals, storeRttMs: 200 }))).toEqual({ perSecond: 5, by: "numbers" });
});

test("beyond what it says, the backlog grows, and below it does not", () => {
  const slots = fc.integer({ min: 1, max: 10 });
  fc.assert(
    fc.property(slots, fc.integer(), (concurrency, seed) => {
      const { perSecond } = saturationOf(at(1, { concurrency }));
      const most = (share: number): number =>
        simulate(at(perSecond * share, { concurrency, seed })).backlog.most;
      // An hour at a fifth more leaves a sixth of its messages.
      expect(most(1.2)).toBeGreaterThan(perSecond * 3_600 * 0.1);
      expect(most(0.6)).toBeLessThan(perSecond * 3_600 * 0.05 + 20);
    }),
    { numRuns: 20 },
  );
});
