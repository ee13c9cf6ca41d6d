import { calcPrice } from "@pydantic/genai-prices";
import library from "@pydantic/genai-prices/package.json" with { type: "json" };
import { money, timesAmount, unknownAmount, type Amount } from "../amount.ts";
import type { Entry } from "../catalogue/entry.ts";
import { known, product, unknown, type Estimate, type Range } from "../estimate.ts";
import type { AiUsage, Usage } from "../usage.ts";
import { type Cost, type CostLine } from "./cost.ts";
import { costOf } from "./price-items.ts";

const TOKENS_PRICED = 1_000_000;
/** Whose models are called, by what `OPENAI_BASE_URL` is unless it is set. */
const PROVIDER = "openai";

/** What the AI of a month's messages costs, by the prices of that model on that day. */
export function aiCost({ messages, ai }: Usage, day: string): Cost {
  const count: Estimate =
    messages === undefined ? unknown("messages a month") : { kind: "known", ...messages };
  if (ai === undefined) return costOf([withoutModel(count)]);
  const fresh = tokens(ai.inputTokens, { low: 1 - ai.cachedShare.high, high: 1 - ai.cachedShare.low });
  const cached = tokens(ai.inputTokens, ai.cachedShare);
  return costOf([
    lineOf("tokens read", fresh, count, priceOf(ai.model, "input_tokens", day), ai, day),
    ...(ai.cachedShare.high === 0
      ? []
      : [lineOf("tokens read from the cache", cached, count, priceOf(ai.model, "cache", day), ai, day)]),
    lineOf(
      "tokens written",
      { kind: "known", ...ai.outputTokens },
      count,
      priceOf(ai.model, "output_tokens", day),
      ai,
      day,
    ),
  ]);
}

/** Names of that provider's models. */
export function isKnownModel(model: string): boolean {
  return calcPrice({ input_tokens: 1 }, model, { providerId: PROVIDER }) !== null;
}

function tokens(all: Range, share: Range): Estimate {
  return product({ kind: "known", ...all }, { kind: "known", ...share });
}

type Kind = "input_tokens" | "output_tokens" | "cache";

/** Of a million. */
function priceOf(model: string, kind: Kind, day: string): Amount {
  const usage =
    kind === "cache"
      ? { input_tokens: TOKENS_PRICED, cache_read_tokens: TOKENS_PRICED }
      : { [kind]: TOKENS_PRICED };
  const found = calcPrice(usage, model, { providerId: PROVIDER, timestamp: new Date(`${day}T12:00:00Z`) });
  if (found === null) return unknownAmount(`price of AI model ${model}`);
  return money(known(kind === "output_tokens" ? found.output_price : found.input_price));
}

function lineOf(
  what: string,
  perMessage: Estimate,
  messages: Estimate,
  unitPrice: Amount,
  { model }: AiUsage,
  day: string,
): CostLine {
  const quantity = product(product(perMessage, messages), known(1 / TOKENS_PRICED));
  const price = `ai/${model}/${what.replaceAll(" ", "-")}`;
  return {
    of: "ai",
    what: `${what}, ${model}`,
    basis: "usage",
    price,
    unitPrice,
    unit: "1,000,000 tokens",
    quantity,
    amount: timesAmount(unitPrice, quantity),
    entries: unitPrice.kind === "known" ? [entryOf(price, model, unitPrice, day)] : [],
  };
}

function withoutModel(messages: Estimate): CostLine {
  const unitPrice = unknownAmount("AI model");
  return {
    of: "ai",
    what: "tokens",
    basis: "usage",
    price: "ai",
    unitPrice,
    unit: "message",
    quantity: messages,
    amount: timesAmount(unitPrice, messages),
    entries: [],
  };
}
