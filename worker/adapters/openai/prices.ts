import type OpenAI from "openai";
import type { AiUsage } from "../../conversation/completions.ts";

/** What models cost, in USD per million tokens, which is millionths of a USD per token. */
export type AiPrices = ReadonlyMap<string, { readonly in: number; readonly out: number }>;

/** `model=in/out`, comma separated, each model once; undefined for anything else. */
export function parsePrices(value: string): AiPrices | undefined {
  const entries = value.split(",").flatMap((entry) => {
    const [, model, input, output] =
      /^([^\s=,]{1,100})=(\d+(?:[.]\d+)?)[/](\d+(?:[.]\d+)?)$/.exec(entry.trim()) ?? [];
    return model === undefined ? [] : [[model, { in: Number(input), out: Number(output) }] as const];
  });
  const prices = new Map(entries);
  return prices.size === value.split(",").length ? prices : undefined;
}

/** Adds up what the calls of one answer used. */
export class Meter {
  readonly #model: string;
  readonly #prices: AiPrices;
  #total: AiUsage | undefined;

  constructor(model: string, prices: AiPrices) {
    this.#model = model;
    this.#prices = prices;
  }

  /** Undefined before the first call. */
  get total(): AiUsage | undefined {
    return this.#total;
  }

  /** @param reported what the API says that the call used, where it says so */
  add(reported: OpenAI.CompletionUsage | undefined): AiUsage {
    const prompt = tokensOf(reported?.prompt_tokens);
    const completion = tokensOf(reported?.completion_tokens);
    const price = this.#prices.get(this.#model);
    const microUsd =
      price && prompt !== undefined && completion !== undefined
        ? prompt * price.in + completion * price.out
        : undefined;
    return this.#counted({
      promptTokens: prompt ?? 0,
      completionTokens: completion ?? 0,
      microUsd: Math.round(microUsd ?? 0),
      unpriced: microUsd === undefined ? 1 : 0,
    });
  }

  /** A call that failed before the API worked on it: it costs nothing. */
  addFree(): AiUsage {
    return this.#counted({ promptTokens: 0, completionTokens: 0, microUsd: 0, unpriced: 0 });
  }

  #counted(call: Omit<AiUsage, "model" | "calls">): AiUsage {
    const usage: AiUsage = { model: this.#model, calls: 1, ...call };
    const total = this.#total;
    this.#total =
      total === undefined
        ? usage
        : {
            model: this.#model,
            calls: total.calls + 1,
            promptTokens: total.promptTokens + usage.promptTokens,
            completionTokens: total.completionTokens + usage.completionTokens,
            microUsd: total.microUsd + usage.microUsd,
            unpriced: total.unpriced + usage.unpriced,
          };
    return usage;
  }
}

/** The store and the metrics take whole numbers only: another one would fail the answer that it is of. */
function tokensOf(reported: unknown): number | undefined {
  return Number.isSafeInteger(reported) && (reported as number) >= 0 ? (reported as number) : undefined;
}
