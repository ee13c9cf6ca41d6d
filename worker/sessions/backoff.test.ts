import fc from "fast-check";
import { expect, test } from "vitest";
import { backoffMs } from "./backoff.ts";

test("the wait doubles up to a minute", () => {
  const longest = [0, 1, 2, 3, 4, 5, 6, 7, 1_000].map((failures) => backoffMs(failures, () => 1));
  expect(longest).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
});

test("sessions that failed together come back between half of the wait and all of it", () => {
  expect(backoffMs(3, () => 0)).toBe(4_000);
  fc.assert(
    fc.property(fc.nat(10_000), (failures) => {
      const [shortest, longest] = [backoffMs(failures, () => 0), backoffMs(failures, () => 1)];
      const wait = backoffMs(failures);
      expect(wait).toBeGreaterThanOrEqual(shortest);
      expect(wait).toBeLessThanOrEqual(longest);
      expect(shortest).toBe(longest / 2);
    }),
  );
});
