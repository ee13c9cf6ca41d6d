import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evenly } from "../evenly-fixture.ts";
import { known, unknown, type Estimate } from "../estimate.ts";
import { reasonsAgainst } from "./reasons.ts";
import type { Situation } from "./situation.ts";
import type { Move, Payback } from "./staying.ts";
import { evaluateTriggers, TRIGGERS, type TriggerResult } from "./triggers.ts";

describe("a trigger", () => {
  it("is unknown where nothing is known, and never not met", () => {
    const results = evaluateTriggers(inputs({}));
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(["unknown"]));
    expect(results.every(({ because }) => (because?.length ?? 0) > 0)).toBe(true);
  });

  it("says by how far it is missed", () => {
    expect(resultOf("messages-500k", { messages: known(100_000) })).toMatchObject({
      outcome: "not met",
      limit: 500_000,
      ratio: { low: 0.2, high: 0.2 },
    });
  });

  it.each([
    ["messages-500k", { messages: known(500_000) }, "not met"],
    ["messages-500k", { messages: known(500_001) }, "met"],
    ["messages-500k", { messages: known(400_000, 600_000) }, "unknown"],
    ["messages-10m", { messages: known(10_000_000) }, "met"],
    ["messages-10m", { messages: known(9_999_999) }, "not met"],
    ["cost-50", { hosting: unknown("a price", 51) }, "met"],
    ["cost-50", { hosting: unknown("a price", 49) }, "unknown"],
    ["workers-5", { workers: known(5) }, "not met"],
    ["workers-5", { workers: known(6) }, "met"],
  ] as const)("%s of %o is %s", (id, given, outcome) => {
    expect(resultOf(id, given).outcome).toBe(outcome);
  });

  it.each([
    ["latency-50ms", { wantedLatencyMs: { low: 49, high: 49 } }, "met"],
    ["latency-50ms", { wantedLatencyMs: { low: 50, high: 50 } }, "not met"],
    ["clients-50", { clientsAtOnce: { low: 50, high: 50 } }, "met"],
    ["mrr-10k", { monthlyRevenue: { low: 10_000, high: 10_000 } }, "not met"],
    ["devops-hired", { hasDevops: false }, "not met"],
    ["compliance", { needsCompliance: true }, "met"],
    ["client-asks-aws", { clientAsksForAws: true }, "met"],
    ["latency-complaints", { clientsComplainOfLatency: false }, "not met"],
  ] as const)("%s of %o is %s", (id, situation: Situation, outcome) => {
    expect(resultOf(id, {}, situation).outcome).toBe(outcome);
  });

  it("is met of a range only if it is of each number in it", () => {
    const number = fc.integer({ min: 0, max: 20_000_000 });
    fc.assert(
      fc.property(number, number, evenly(0, 1), (one, other, share) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const inside = known(low + share * (high - low));
        const sure = evaluateTriggers(inputs({ messages: known(low, high) })).filter(
          ({ outcome }) => outcome !== "unknown",
        );
        const outcomes = (of: readonly TriggerResult[]) => of.map(({ id, outcome }) => [id, outcome]);
        expect(outcomes(sure.map(({ id }) => resultOf(id, { messages: inside })))).toEqual(outcomes(sure));
      }),
    );
  });

  it("has a name of its own", () => {
    expect(new Set(TRIGGERS.map(({ id }) => id)).size).toBe(TRIGGERS.length);
  });
});

describe("risk over benefit", () => {
  it.each([
    ["wrong", [{ kind: "after", months: { low: 2, high: 11 } }]],
    ["unknown", [{ kind: "after", months: { low: 2 } }]],
    ["unknown", [{ kind: "unknown", because: ["a price"] }]],
    ["unknown", []],
    ["stands", [{ kind: "after", months: { low: 13, high: 40 } }]],
    ["stands", [{ kind: "never", because: "it saves nothing" }]],
  ] as const)("is %s after %o", (verdict, paybacks: readonly Payback[]) => {
    expect(reasonsAgainst(paybacks.map(moveWith))[0]).toMatchObject({ id: "risk-over-benefit", verdict });
  });
});

type Given = Readonly<Record<string, Estimate>>;

function inputs(given: Given, situation: Situation = {}) {
  const nobody = unknown("not said");
  return { situation, messages: nobody, hosting: nobody, workers: nobody, ...given };
}

function resultOf(id: string, given: Given, situation?: Situation): TriggerResult {
  const result = evaluateTriggers(inputs(given, situation)).find((each) => each.id === id);
  if (result === undefined) throw new Error(`there is no trigger ${id}`);
  return result;
}

function moveWith(payback: Payback): Move {
  return { from: "here", to: "there", savesMonthly: {}, costsOnce: unknown("hours"), payback };
}
