import type { ComparedTarget } from "../../comparison.ts";
import type { Context } from "../context.ts";
import type { Cell } from "../document.ts";

/** Whether answers come within the objective. */
export function objectiveCell(_: ComparedTarget, { words }: Context): Cell {
  return { line: [words.text("unknown")], tone: "unknown" };
}

/** What is promised by contract. */
export function availabilityCell(_: ComparedTarget, { words }: Context): Cell {
  return { line: [words.text("unknown")], tone: "unknown" };
}
