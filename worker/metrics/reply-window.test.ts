import fc from "fast-check";
import { expect, test } from "vitest";
import { noReplies, quantileOf, REPLY_BOUNDS, ReplyWindow, sumOf } from "./reply-window.ts";

const MINUTE_MS = 60_000;

test("replies count for five minutes", () => {
  let now = 0;
  const window = new ReplyWindow(() => now);
  window.add(0.3);
  now = 3 * MINUTE_MS;
  window.add(4.5);
  window.add(1_000);
  const count = (): number => window.counts.reduce((sum, each) => sum + each, 0);
  expect(count()).toBe(3);
  now = 5 * MINUTE_MS;
  expect(count()).toBe(2);
  now = 8 * MINUTE_MS;
  expect(count()).toBe(0);
});

test("a quantile lies in the class of the reply that it is, whatever they took", () => {
  const times = fc.array(fc.integer({ min: 0, max: 400_000 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(times, fc.constantFrom(0.5, 0.95, 1), (all, part) => {
      const window = new ReplyWindow(() => 0);
      for (const ms of all) window.add(ms / 1000);
      const sorted = all.toSorted((a, b) => a - b);
      const exact = sorted[Math.ceil(part * all.length) - 1]! / 1000;
      const told = quantileOf(window.counts, part)!;
      const upper = REPLY_BOUNDS.find((bound) => exact <= bound) ?? Infinity;
      const lower = REPLY_BOUNDS.findLast((bound) => bound < upper) ?? 0;
      expect(told).toBeGreaterThanOrEqual(lower);
      expect(told).toBeLessThanOrEqual(upper);
    }),
  );
});

test("of no replies there is no quantile, and several processes' are one", () => {
  expect(quantileOf(noReplies(), 0.95)).toBeUndefined();
  const [one, other] = [new ReplyWindow(() => 0), new ReplyWindow(() => 0)];
  for (let reply = 0; reply < 90; reply++) one.add(0.2);
  for (let reply = 0; reply < 10; reply++) other.add(7);
  expect(quantileOf(sumOf([one.counts, other.counts]), 0.95)).toBeGreaterThan(6);
  expect(quantileOf(one.counts, 0.95)).toBeLessThanOrEqual(0.5);
});
