import { expect, test } from "vitest";
import { unknown } from "../compare/estimate.ts";
import { judge, type Limits } from "./judge.ts";
import { answered, outcomeOf, unanswered } from "./outcome-fixture.ts";
import type { Outcome } from "./outcome.ts";
import { resultTable } from "./result-table.ts";
import { isGo, NOT_MEASURED, resultFields, verdictLines } from "./result.ts";
import type { BenchmarkResult, TargetResult } from "./result.ts";

const LIMITS: Limits = { replyP95Ms: 1_000, answeredPerSecond: 0.1 };

function target(outcome: Outcome, left: readonly string[] = []): TargetResult {
  return { name: "one", what: "fleet main", outcome, judged: judge(outcome, LIMITS), left };
}

function resultOf(...targets: readonly TargetResult[]): BenchmarkResult {
  const about = { at: "2026-11-25T10:00:00.000Z", of: "stack staging", offline: true };
  return { ...about, scenario: "s.yaml", speed: 1, limits: LIMITS, targets };
}

const GOOD = target(outcomeOf([answered(0, 900), answered(5_000, 900)]));
const FAILED: TargetResult = { name: "two", what: "x", failure: "no", judged: NOT_MEASURED, left: [] };

test("what was not measured, and what is not taken away, is no Go", () => {
  expect(isGo(resultOf(GOOD))).toBe(true);
  expect(isGo(resultOf(GOOD, FAILED))).toBe(false);
  expect(isGo(resultOf({ ...GOOD, left: ["a store"] }))).toBe(false);
  expect(verdictLines(resultOf({ ...GOOD, left: ["a store"] }, FAILED))).toEqual([
    "one: Go",
    "  left: a store",
    "two: No-Go, because it was not measured: no",
  ]);
  expect(resultFields(resultOf(FAILED))).toMatchObject({ targets: [{ verdict: "No-Go", failure: "no" }] });
});

/** Cells of the row with that title. */
function row(title: string, ...targets: readonly TargetResult[]): readonly string[] {
  const line = resultTable(resultOf(...targets))
    .split("\n")
    .find((each) => each.includes(` ${title} `));
  return (line ?? "")
    .split("│")
    .slice(2, -1)
    .map((cell) => cell.trim());
}

test("the table has each limit with its direction, and what is not known is no 0", () => {
  const lossy = outcomeOf([answered(0, 900), unanswered(5_000)], 30_000);
  const dark = target({ ...lossy, redisCommands: unknown("out of reach") });
  expect(row("reply p95 ms", GOOD, dark, FAILED)).toEqual(["900", "> 30000", "–", "≤ 1000"]);
  expect(row("messages/s answered", GOOD, dark)).toEqual(["0.34", "1.11", "≥ 0.1"]);
  expect(row("Redis commands/message", GOOD, dark)).toEqual(["50.0", "unknown", ""]);
  expect(row("lost", GOOD, dark)).toEqual(["0", "1", ""]);
});

test("more targets than fit side by side are in tables below each other", () => {
  const five = ["a", "b", "c", "d", "e"].map((name) => Object.assign({}, GOOD, { name }));
  expect(resultTable(resultOf(...five)).match(/reply p50 ms/g)).toHaveLength(2);
  expect(resultTable(resultOf(FAILED))).toBe("nothing was measured");
});
