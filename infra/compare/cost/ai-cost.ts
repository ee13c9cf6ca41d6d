import { calcPrice, findProvider } from "@pydantic/genai-prices";
import { nearest } from "../../stack-config/problems.ts";
import { money, timesAmount, unknownAmount, type Amount } from "../amount.ts";
import type { Entry } from "../catalogue/entry.ts";
import { known, product, unknown, type Estimate, type Range } from "../estimate.ts";
import type { AiUsage, Usage } from "../usage.ts";
import type { Cost, CostLine } from "./cost.ts";
import { costOf } from "./price-items.ts";

const UNIT = "1,000,000 tokens";
const TOKENS_PRICED = 1_000_000;
/** Which prices these are: npm's day of that version. */
export const LIBRARY = { version: "0.1.8", day: "2026-09-23" } as const;
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
  if (found === null) return unknownAmount(`price of AI model ${model}${similar(model)}`);
  return money(known(kind === "output_tokens" ? found.output_price : found.input_price));
}

function similar(model: string): string {
  const names = findProvider({ providerId: PROVIDER })?.models.map(({ id }) => id) ?? [];
  const hint = nearest(model, names);
  return hint === undefined ? "" : ` (${hint})`;
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
    unit: UNIT,
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

/** As the catalogue has its own prices; the library's file is of `LIBRARY.day`, whatever the day that is asked for. */
function entryOf(id: string, model: string, { low, high }: Range, day: string): Entry {
  return {
    id,
    aliases: [],
    provider: PROVIDER,
    about: `tokens of ${model}`,
    unit: UNIT,
    value: { low, high },
    currency: "USD",
    validFrom: day,
    observedAt: LIBRARY.day,
    source: `npm @pydantic/genai-prices ${LIBRARY.version}`,
    sourceKind: "harvested",
    confidence: "B",
    file: "@pydantic/genai-prices",
    line: 1,
  };
}
