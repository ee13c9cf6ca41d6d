import fc from "fast-check";
import { expect, test } from "vitest";
import { Backoff } from "./backoff.ts";
import { SUPERVISION } from "./supervision.ts";

test("the wait doubles from a second to half a minute, and begins again after a run of a minute", () => {
  const backoff = new Backoff(SUPERVISION.backoff);
  const waits = [0, 0, 59_999, 0, 0, 0, 0, 60_000, 0].map((ranMs) => backoff.waitAfter(ranMs));
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 1_000, 2_000]);
});

test("no sequence of runs leads to a wait outside of its limits", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(100_000), { maxLength: 2_000 }), (runs) => {
      const backoff = new Backoff(SUPERVISION.backoff);
      for (const ranMs of runs) {
        const wait = backoff.waitAfter(ranMs);
        expect(wait).toBeGreaterThanOrEqual(1_000);
        expect(wait).toBeLessThanOrEqual(ranMs >= 60_000 ? 1_000 : 30_000);
      }
    }),
    { numRuns: 50 },
  );
});
