import type { AiUsage } from "./completions.ts";

/** What the hash of an organization's day counts of its AI. */
interface AiCounts {
  readonly aiCalls: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Millionths of a USD. */
  readonly aiMicroUsd: number;
  /** Calls that may have cost something that nobody knows: with any, `aiMicroUsd` is not all. */
  readonly aiUnpriced: number;
}

/** @param usage undefined where no AI was called */
export function countsOf(usage: AiUsage | undefined): AiCounts | undefined {
  if (usage === undefined) return undefined;
  const { calls, promptTokens, completionTokens, microUsd, unpriced } = usage;
  return { aiCalls: calls, promptTokens, completionTokens, aiMicroUsd: microUsd, aiUnpriced: unpriced };
}
