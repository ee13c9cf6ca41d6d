import { expect, test } from "vitest";
import { concurrencyFinding, type Expectation } from "./queue-findings.ts";
import type { Rates } from "./rates.ts";

/** One job a second, for a minute. */
const RATES: Rates = {
  from: "2026-11-25T10:00:00.000Z",
  to: "2026-11-25T10:01:00.000Z",
  seconds: 60,
  seen: { client: { others: false, counted: 0, atMost: 0 }, all: 0 },
  byName: {},
  jobs: 60,
  bytesIn: 0,
  bytesOut: 0,
  cpuMs: undefined,
};
const EXPECTED: Expectation = { objectiveSeconds: 5, aiSeconds: { low: 2, high: 5 } };

test("as many at once as a second's jobs take seconds are enough, and one less may not be", () => {
  expect(concurrencyFinding(RATES, { ...EXPECTED, concurrency: 5 }).verdict).toBe("ok");
  expect(concurrencyFinding(RATES, { ...EXPECTED, concurrency: 4 })).toMatchObject({
    verdict: "risk",
    remedy: "concurrency 5 or more",
  });
});

test("fewer than even the shortest jobs take are wrong", () => {
  expect(concurrencyFinding(RATES, { ...EXPECTED, concurrency: 1 })).toMatchObject({
    verdict: "wrong",
    text: "1 jobs a second came; at 2 s to 5 s each that is 2 to 5 at once; 1 at once answer 0.2 to 0.5 a second: jobs pile up",
  });
});

test("nothing helps against an AI that takes longer than the objective", () => {
  const slow = { ...EXPECTED, aiSeconds: { low: 6, high: 9 }, concurrency: 100 };
  expect(concurrencyFinding(RATES, slow).verdict).toBe("wrong");
});

test("without being told how many there are at once, it is unknown", () => {
  expect(concurrencyFinding(RATES, EXPECTED).verdict).toBe("unknown");
});
