import { measuredOf, type UsedFacts } from "../facts.ts";
import { USUAL_TOKENS } from "../usage.ts";
import type { AiLatency } from "./ai-latency.ts";

/** How long the AI takes for an answer, from where that is known best to where it is known worst. */
export interface AnswerTime {
  readonly best: AiLatency;
  readonly worst: AiLatency;
  /** Its quick answers and its slow ones. */
  readonly fastMs: number;
  readonly slowMs: number;
  /** What is assumed, in a sentence. */
  readonly assumption: string;
}

const ANY = "ai-speed/any/answer-seconds";
/** p95 over p50 of times that are even between 2 and 5 s. */
const SPREAD = 1.386;

/** By the rate at which the model writes, or what the analysis says of any. @returns undefined when neither is known */
export function answerTime(facts: UsedFacts): AnswerTime | undefined {
  const { ai } = facts.usage;
  const id = `ai-speed/${ai?.model ?? "any"}/tokens-second`;
  const perSecond = measuredOf(id, facts);
  if (ai !== undefined && perSecond.kind === "known" && perSecond.low > 0) {
    const { low, high } = ai.outputTokens ?? USUAL_TOKENS.outputTokens;
    const [fewMs, manyMs] = [(low / perSecond.high) * 1_000, (high / perSecond.low) * 1_000];
    return {
      best: written(low, perSecond.high),
      worst: written(high, perSecond.low),
      fastMs: fewMs / SPREAD,
      slowMs: manyMs * SPREAD,
      assumption:
        `Until its first token ${ai.model} is assumed to take no time, and for its slow answers ${SPREAD.toFixed(1)} times as long ` +
        "as usually, as between the 2 and 5 s of the 2025 analysis.",
    };
  }
  const seconds = measuredOf(ANY, facts);
  if (seconds.kind === "unknown") return undefined;
  const [fastMs, slowMs] = [seconds.low * 1_000, seconds.high * 1_000];
  const even = { kind: "uniform", fromMs: fastMs, toMs: slowMs } as const;
  return {
    best: even,
    worst: even,
    fastMs,
    slowMs,
    assumption:
      ai === undefined
        ? "Without a model, the AI is assumed to take what the 2025 analysis says: 2 to 5 s."
        : `How fast ${ai.model} writes is not in the catalogue: it is assumed to take what the 2025 analysis says of GPT-4, 2 to 5 s.`,
  };
}

function written(outputTokens: number, tokensPerSecond: number): AiLatency {
  return { kind: "tokens", outputTokens, tokensPerSecond, firstTokenMs: 0, spread: SPREAD };
}
