import { afterEach, expect, test, vi } from "vitest";
import { Meters } from "./meters.ts";

const opened: Meters[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const meters of opened.splice(0)) meters.stop();
});

function started(): Meters {
  const meters = new Meters();
  opened.push(meters);
  return meters;
}

test("an AI that is being tried counts as one that is not asked: an alert does not end and begin with each try", () => {
  const meters = started();
  const open: number[] = [];
  for (const state of ["open", "half-open", "open", "half-open", "closed"] as const) {
    meters.breaker("a-model", state);
    open.push(meters.openBreakers);
  }
  expect(open).toEqual([1, 1, 1, 1, 0]);
});

test("shards that were lost ten minutes ago are history", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const meters = started();
  meters.lost();
  vi.advanceTimersByTime(9 * 60_000);
  meters.lost();
  expect(meters.leasesLost).toBe(2);
  vi.advanceTimersByTime(60_001);
  expect(meters.leasesLost).toBe(1);
});
