import { styleText } from "node:util";
import type { Effect, Interruption } from "../interruption.ts";

const COLORS = {
  none: "green",
  "hand-over": "green",
  pause: "yellow",
  loss: "red",
  unknown: "yellow",
} as const satisfies Record<Effect, string>;

/** What is interrupted, a sentence each. @param interruptions undefined where nothing runs yet */
export function interruptionLines(
  interruptions: readonly Interruption[] | undefined,
  { changes }: { readonly changes: boolean },
): string[] {
  if (interruptions === undefined) return ["  nothing runs yet, so that nothing is interrupted"];
  if (interruptions.length === 0) return changes ? ["  nothing that runs is interrupted"] : [];
  return interruptions.map(({ of, effect, how }) => styleText(COLORS[effect], `  ${of} ${how}`));
}
