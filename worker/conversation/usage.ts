import type { AiUsage } from "./completions.ts";

/** What the hash of an organization's day counts of its AI; costs in millionths of a USD. */
const AI_COUNTS = [
  "aiCalls",
  "promptTokens",
  "completionTokens",
  "aiMicroUsd",
  /** Calls that may have cost something that nobody knows: with any, `aiMicroUsd` is not all. */
  "aiUnpriced",
] as const;

type AiCounts = Readonly<Record<(typeof AI_COUNTS)[number], number>>;

/** @param usage undefined where no AI was called */
export function countsOf(usage: AiUsage | undefined): AiCounts | undefined {
  if (usage === undefined) return undefined;
  const { calls, promptTokens, completionTokens, microUsd, unpriced } = usage;
  return { aiCalls: calls, promptTokens, completionTokens, aiMicroUsd: microUsd, aiUnpriced: unpriced };
}
