import { storeNamed } from "../../stores.ts";
import { amountText } from "../amount-text.ts";
import { money } from "../amount.ts";
import type { Cost } from "../cost/cost.ts";
import type { Range } from "../estimate.ts";
import type { Criterion } from "./criteria.ts";
import type { Scale } from "./scale.ts";
import { computed, scoreOf } from "./score.ts";
import { MOST_POINTS } from "./scale.ts";

/** USD a month. Below a lunch nobody decides by it; 100 times as much is a salary's tenth. */
const HOSTING: Scale = { best: 5, worst: 500, spacing: "factor" };
const AI: Scale = { best: 1, worst: 10_000, spacing: "factor" };
const UPKEEP: Scale = { best: 10, worst: 2_000, spacing: "factor" };
/** A month: from a fifth of what Upstash gives for free to what costs 200 USD there. */
const COMMANDS: Scale = { best: 100_000, worst: 100_000_000, spacing: "factor" };

export const costCriterion: Criterion = {
  label: "Cost",
  about: `Hosts, store and network, in USD a month: ${words(HOSTING)}.`,
  isOfTarget: true,
  score: ({ cost: { hosting } }) =>
    scoreOf(hosting.total, HOSTING, {
      because: "what its plan would be billed, line by line",
      sources: pricesOf(hosting),
      show: dollars,
    }),
};

export const aiCriterion: Criterion = {
  label: "AI cost",
  about: `The model's tokens, in USD a month, the same wherever it is called from: ${words(AI)}.`,
  isOfTarget: false,
  score: ({ cost: { ai } }) =>
    scoreOf(ai.total, AI, {
      because: "tokens of a month's messages at the model's price",
      sources: pricesOf(ai),
      show: dollars,
    }),
};

export const upkeepCriterion: Criterion = {
  label: "Upkeep in money",
  about: `Hours of looking after it at what an hour costs, in USD a month: ${words(UPKEEP)}.`,
  isOfTarget: true,
  score: ({ cost: { people }, upkeepHours }) =>
    scoreOf(people.total, UPKEEP, {
      because: "hours a month at what an hour of work costs",
      sources: pricesOf(people),
      isJudgement: upkeepHours.isOpinion === true,
      show: dollars,
    }),
};

export const commandsCriterion: Criterion = {
  label: "Redis commands",
  about: `Commands a month, where the store bills them: ${words(COMMANDS)}. Where it does not: ${MOST_POINTS}.`,
  isOfTarget: true,
  score: ({ storeCommands, plan: { store } }) => {
    const billed = storeNamed(store.kind)
      .price(store)
      .flatMap(({ price, quantity }) =>
        "meters" in quantity && quantity.meters.includes("store-commands") && typeof price === "string"
          ? [price]
          : [],
      );
    if (billed.length === 0)
      return computed(MOST_POINTS, "not billed", `${store.kind} on this plan bills no commands`);
    return scoreOf(storeCommands, COMMANDS, {
      because: `${store.kind} bills each command, also those of workers that wait`,
      sources: billed,
      show: counted,
    });
  },
};

function pricesOf({ lines }: Cost): string[] {
  return [...new Set(lines.map(({ price }) => price))];
}

function words({ best, worst }: Scale): string {
  return `${MOST_POINTS} for ${best.toLocaleString("en")} or less, 0 for ${worst.toLocaleString("en")} or more`;
}

function dollars(range: Range): string {
  return `${amountText(money({ kind: "known", ...range }))} a month`;
}

function counted(range: Range): string {
  const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });
  const [low, high] = [compact.format(range.low), compact.format(range.high)];
  return `${low === high ? low : `${low} to ${high}`} commands a month`;
}
