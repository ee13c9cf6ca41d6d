import { test, expect } from "vitest";
import { WORKER } from "./capacity-fixture.ts";
import type { CapacityInput } from "./input.ts";
import { simulate } from "./simulate.ts";

test.each<[string, Partial<CapacityInput>, RegExp]>([
  ["no process", { processes: 0 }, /processes: expected an integer from 1 on, got 0/],
  ["half a slot", { concurrency: 0.5 }, /concurrency: expected an integer/],
  ["a negative distance", { storeRttMs: -1 }, /storeRttMs: expected a finite number from 0 on, got -1/],
  ["no sessions", { arrivals: { perSecond: 1, durationMs: 1, sessions: 0 } }, /at least 1 session/],
  ["an AI of no time", { ai: { kind: "lognormal", p50Ms: 0, p95Ms: 1 } }, /AI latency: expected a p95/],
  ["a p95 below the p50", { ai: { kind: "lognormal", p50Ms: 2, p95Ms: 1 } }, /AI latency/],
  ["a limit of nothing", { limit: { perSecond: 0, burst: 1 } }, /limit: expected more than 0/],
  [
    "only follow-ups",
    { arrivals: { perSecond: 1, durationMs: 1, sessions: 1, followUps: { share: 1, afterMs: 1 } } },
    /share of follow-ups/,
  ],
])("%s is refused", (_what, change, sentence) => {
  expect(() => simulate({ ...WORKER, ...change })).toThrow(sentence);
});
