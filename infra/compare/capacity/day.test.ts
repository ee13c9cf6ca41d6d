import { expect, test } from "vitest";
import { known, unknown } from "../estimate.ts";
import { WORKER } from "./capacity-fixture.ts";
import { between, OVERLOADED, simulateBurst, simulateDay } from "./day.ts";
import { peakOf, USUAL_PATTERN } from "./pattern.ts";

const DAY_MS = 86_400_000;

test("a quiet day is simulated whole, by its curve", () => {
  const { arrived, joined, spanMs } = simulateDay(WORKER, 0.02, USUAL_PATTERN);
  expect(Math.abs(arrived - 0.02 * 86_400)).toBeLessThan(4 * Math.sqrt(0.02 * 86_400));
  expect(spanMs).toBeGreaterThan(DAY_MS * 0.9);
  expect(joined).toBeGreaterThan(0);
});

test("of a busy day it is its busiest hour, as far as 6,000 messages go, once it is in full swing", () => {
  const { arrived, joined, spanMs } = simulateDay(WORKER, 5, USUAL_PATTERN);
  const busiest = 5 * peakOf(USUAL_PATTERN);
  expect(spanMs).toBeCloseTo(((6_000 / busiest) * 1_000 * 5) / 6, -3);
  expect(Math.abs(arrived - 5_000)).toBeLessThan(500);
  // Only what is added to what one just wrote can join it.
  expect(joined).toBeGreaterThan(0);
});

test("a burst is more than what comes anyway, and is seen to end", () => {
  const { waiting, goneAfterSeconds } = simulateBurst({ ...WORKER, concurrency: 20 }, 2, USUAL_PATTERN);
  expect(waiting).toMatchObject({ kind: "known" });
  expect(waiting.kind === "known" && waiting.low).toBeGreaterThan(20);
  expect(goneAfterSeconds.kind === "known" && goneAfterSeconds.high).toBeGreaterThan(1);
});

test("of a burst where more arrives than can be answered, all wait at the least, and nobody knows how long", () => {
  expect(simulateBurst({ ...WORKER, concurrency: 5 }, 10, USUAL_PATTERN)).toEqual({
    waiting: unknown(OVERLOADED, USUAL_PATTERN.burst.messages),
    goneAfterSeconds: unknown(OVERLOADED),
  });
});

test("between two ends is all that either of them has, whichever is the lower", () => {
  expect(between(7, 3)).toEqual(known(3, 7));
  expect(between(known(2, 4), 3)).toEqual(known(2, 4));
  expect(between(known(5, 6), known(1, 2))).toEqual(known(1, 6));
});

test("between an end that is unknown and another one is unknown, and no less than the lesser", () => {
  expect(between(unknown("one", 9), 4)).toEqual(unknown("one", 4));
  expect(between(known(5, 6), unknown("other", 2))).toEqual(unknown("other", 2));
  expect(between(unknown(["same", "one"], 3), unknown("same", 1))).toEqual(unknown(["same", "one"], 1));
});
