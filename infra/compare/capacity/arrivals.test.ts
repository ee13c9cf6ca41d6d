import fc from "fast-check";
import { expect, test } from "vitest";
import { evenly } from "../evenly-fixture.ts";
import { recordedArrivals } from "./arrivals.ts";
import { WORKER } from "./capacity-fixture.ts";
import { simulate } from "./simulate.ts";

test("the messages that are recorded are those that are simulated, in order, all within the time", () => {
  const followUps = fc.record({ share: evenly(0, 0.8), afterMs: evenly(1, 60_000) });
  fc.assert(
    fc.property(evenly(0.01, 3), followUps, fc.integer(), (perSecond, more, seed) => {
      const arrivals = { perSecond, durationMs: 300_000, sessions: 3, followUps: more };
      const recorded = recordedArrivals({ ...WORKER, arrivals, seed });
      const times = recorded.map(({ atMs }) => atMs);
      expect(times).toEqual(times.toSorted((one, other) => one - other));
      expect(Math.max(0, ...times)).toBeLessThan(300_000);
      expect(recorded).toHaveLength(simulate({ ...WORKER, arrivals, seed }).arrived);
    }),
    { numRuns: 40 },
  );
});

test("what customers add is of the messages there are, not on top of them", () => {
  const arrivals = { perSecond: 5, durationMs: 3_600_000, sessions: 1 };
  const many = recordedArrivals({
    ...WORKER,
    arrivals: { ...arrivals, followUps: { share: 0.5, afterMs: 1_000 } },
  });
  const conversations = new Set(many.map(({ conversation }) => conversation)).size;
  // Half of 18,000 begin one.
  expect(Math.abs(many.length - 18_000)).toBeLessThan(1_000);
  expect(Math.abs(conversations - 9_000)).toBeLessThan(500);
});
