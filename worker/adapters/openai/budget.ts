import { DateTime } from "luxon";
import { BudgetSpent } from "../../conversation/completions.ts";
import { policyOf } from "../../conversation/policy.ts";
import type { OrganizationSettings } from "../../sessions/organization.ts";
import type { AiPrices } from "./prices.ts";

/** From this part of the day's budget on, the AI remembers less and says less. */
const SCARCE_FROM = 0.8;
/** What is left of memory and answer then. */
const SCARCE_PART = 0.25;
const MICRO = 1_000_000;

/** What one answer may use. */
export interface Allowance {
  readonly memoryTokens: number;
  readonly unansweredTokens: number;
  readonly answerTokens: number;
  readonly scarce: boolean;
}

/** Which models answer, and what those cost whose price is known. */
interface Models {
  readonly model: string;
  readonly auroraModel: string;
  readonly prices: AiPrices;
}

/** Unanswered messages that go along, in tokens. */
const UNANSWERED_TOKENS = 4_000;

/** @throws BudgetSpent */
export function allowanceOf(
  settings: OrganizationSettings,
  spentMicroUsd: number,
  maxTokens: number,
  now = Date.now(),
): Allowance {
  const { aiBudgetUsdPerDay: budget, memoryTokens } = settings;
  if (budget !== undefined && spentMicroUsd >= Math.round(budget * MICRO)) throw budgetSpent(settings, now);
  const scarce = budget !== undefined && spentMicroUsd >= Math.round(SCARCE_FROM * budget * MICRO);
  const part = scarce ? SCARCE_PART : 1;
  return {
    memoryTokens: Math.floor(memoryTokens * part),
    unansweredTokens: Math.floor(UNANSWERED_TOKENS * part),
    answerTokens: Math.max(16, Math.floor(maxTokens * part)),
    scarce,
  };
}

/** Why an organization's budget cannot be kept with these models, as a sentence; undefined where it can. */
export function unkeepableBudget(
  { aiBudgetUsdPerDay: budget }: Pick<OrganizationSettings, "aiBudgetUsdPerDay">,
  { model, auroraModel, prices }: Models,
): string | undefined {
  const unpriced = [...new Set([model, auroraModel])].filter((name) => !prices.has(name));
  if (budget === undefined || unpriced.length === 0) return undefined;
  return `aiBudgetUsdPerDay: expected a price of ${unpriced.join(" and ")} in OXY_AI_PRICES, got none: what is spent would not be known`;
}

function budgetSpent(settings: OrganizationSettings, now: number): BudgetSpent {
  const here = DateTime.fromMillis(now, { zone: settings.timeZone });
  const tomorrow = here.plus({ days: 1 }).startOf("day");
  const { day } = policyOf(settings, now);
  return new BudgetSpent(`the budget of ${settings.aiBudgetUsdPerDay} USD for ${day} is spent`, {
    day,
    forMs: tomorrow.toMillis() - now,
  });
}
