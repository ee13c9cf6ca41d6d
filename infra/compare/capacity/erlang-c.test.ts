import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evenly } from "../evenly-fixture.ts";
import { agreementAt } from "./capacity-fixture.ts";
import { erlangC } from "./erlang-c.ts";

test.each([
  // Of tables of the telephone industry: 10 erlangs on 12 lines.
  [10, 1, 12, 0.4493882, 0.2246941],
  // One server: the share of time that it is busy.
  [0.8, 1, 1, 0.8, 4],
])("%f arrivals of %f on %i servers wait as the formula says", (arrivals, service, servers, share, mean) => {
  const waiting = erlangC(arrivals, service, servers);
  expect(waiting.probability).toBeCloseTo(share, 6);
  expect(waiting.mean).toBeCloseTo(mean, 6);
});

test("quantiles agree with the share that waits, and with their own distribution", () => {
  const waiting = erlangC(4, 1, 5);
  expect(waiting.quantile(1 - waiting.probability)).toBe(0);
  expect(waiting.quantile(0.1)).toBe(0);
  const p99 = waiting.quantile(0.99);
  expect(waiting.probability * Math.exp(-p99)).toBeCloseTo(0.01, 10);
});

test("where more arrives than is served, everybody waits without end", () => {
  expect(erlangC(5, 1, 5)).toMatchObject({ probability: 1, mean: Number.POSITIVE_INFINITY });
  expect(erlangC(6, 1, 5).quantile(0.5)).toBe(Number.POSITIVE_INFINITY);
});

test("many servers are no overflow", () => {
  const { probability } = erlangC(9_900, 1, 10_000);
  expect(probability).toBeGreaterThan(0);
  expect(probability).toBeLessThan(1);
});

test.each([
  [-1, 1, 1],
  [1, 0, 1],
  [1, 1, 0],
  [1, 1, 1.5],
  [Number.NaN, 1, 1],
])("%f, %f, %f is refused", (arrivals, service, servers) => {
  expect(() => erlangC(arrivals, service, servers)).toThrow(RangeError);
});

test("nobody waits less when more arrive", () => {
  const load = fc.tuple(evenly(0, 60), evenly(0, 60), fc.integer({ min: 1, max: 50 }));
  fc.assert(
    fc.property(load, ([one, other, servers]) => {
      const [few, many] = [Math.min(one, other), Math.max(one, other)];
      expect(erlangC(many, 1, servers).mean).toBeGreaterThanOrEqual(erlangC(few, 1, servers).mean);
    }),
  );
});

describe.each([1, 5, 50])("the simulation with %i slots", (servers) => {
  test.each([0.3, 0.5, 0.7, 0.8, 0.9])("agrees with it at a utilisation of %f", (utilisation) => {
    const agreement = agreementAt(utilisation, servers, 5_000);
    // A wait that floats round away is no disagreement.
    const slack = 1e-6;
    expect(Math.abs(agreement.simulated - agreement.theory)).toBeLessThan(agreement.within + slack);
    expect(Math.abs(agreement.simulatedP95 - agreement.theoryP95)).toBeLessThan(agreement.withinP95 + slack);
    // The interval says something: it is no wider than half of a service at the most, and of the wait.
    expect(agreement.within).toBeLessThan(Math.max(0.05, agreement.theory));
  });
});
