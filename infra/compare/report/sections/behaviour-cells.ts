import type { ComparedTarget } from "../../compared-target.ts";
import { mapped, type Estimate } from "../../estimate.ts";
import { entriesOf, type Context } from "../context.ts";
import type { Cell } from "../document.ts";

const MS_PER_SECOND = 1_000;

/** Whether 95 of 100 answers come within the objective, at every fleet. */
export function objectiveCell(
  { capacity: { fleets } }: ComparedTarget,
  { comparison: { objectiveMs }, words, numbers }: Context,
): Cell {
  const p95 = worstOf(fleets.map(({ reply }) => reply.p95));
  if (p95 === undefined || p95.kind === "unknown") return { line: [words.text("unknown")], tone: "unknown" };
  const shown = { p95: numbers.range(secondsOf(p95)) };
  if (p95.high <= objectiveMs) return { line: [words.text("meets.yes", shown)], tone: "good" };
  return p95.low > objectiveMs
    ? { line: [words.text("meets.no", shown)], tone: "bad" }
    : { line: [words.text("meets.perhaps", shown)], tone: "unknown" };
}

/** What is promised by contract. */
export function availabilityCell(
  { availability: { promised, parts } }: ComparedTarget,
  context: Context,
): Cell {
  const { words, numbers, sources } = context;
  const entries = entriesOf(
    parts.flatMap((part) => part.sources),
    context,
  );
  switch (promised.kind) {
    case "promised":
      return { line: [sources.figure(numbers.percentRange(promised), entries)] };
    case "nothing":
      return { line: [sources.figure(words.text("available.nothing"), entries)], tone: "bad" };
    case "unknown":
      return { line: [words.text("unknown")], tone: "unknown" };
  }
}

/** The one that is highest, unknown if any is. */
function worstOf(estimates: readonly Estimate[]): Estimate | undefined {
  return estimates.reduce<Estimate | undefined>((worst, each) => {
    if (worst === undefined || worst.kind === "unknown") return worst ?? each;
    if (each.kind === "unknown") return each;
    return { kind: "known", low: Math.max(worst.low, each.low), high: Math.max(worst.high, each.high) };
  }, undefined);
}

export function secondsOf<Time extends Estimate>(ms: Time): Time {
  return mapped(ms, (value) => value / MS_PER_SECOND) as Time;
}
