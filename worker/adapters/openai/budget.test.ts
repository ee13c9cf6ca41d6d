import { describe, expect, test } from "vitest";
import { BudgetSpent } from "../../conversation/completions.ts";
import { organizationSettings } from "../../sessions/organization.ts";
import { allowanceOf, unkeepableBudget } from "./budget.ts";

const settings = (aiBudgetUsdPerDay?: number) =>
  organizationSettings.parse({ name: "Ana", memoryTokens: 2_000, aiBudgetUsdPerDay });
/** 22:30 in São Paulo. */
const NOW = Date.parse("2026-11-26T01:30:00Z");

describe("an answer", () => {
  test("is as long as it may be, and remembers all it may, without a budget", () => {
    expect(allowanceOf(settings(), 1e12, 1_000)).toMatchObject({
      memoryTokens: 2_000,
      answerTokens: 1_000,
      scarce: false,
    });
  });

  test.each([
    [799_999, false],
    [800_000, true],
    [999_999, true],
  ])("at %d of a budget of a million is scarce: %s", (spent, scarce) => {
    const allowance = allowanceOf(settings(1), spent, 1_000);
    expect(allowance.scarce).toBe(scarce);
    expect(allowance).toMatchObject(
      scarce
        ? { memoryTokens: 500, unansweredTokens: 1_000, answerTokens: 250 }
        : { memoryTokens: 2_000, unansweredTokens: 4_000, answerTokens: 1_000 },
    );
  });

  test("is none once the budget is spent, until the organization's own midnight", () => {
    const spent = (): unknown => allowanceOf(settings(1), 1_000_000, 1_000, NOW);
    expect(spent).toThrow(BudgetSpent);
    expect(spent).toThrow(
      expect.objectContaining({ day: "2026-11-25", forMs: 90 * 60_000 }) as unknown as Error,
    );
  });

  test("is none with a budget of nothing", () => {
    expect(() => allowanceOf(settings(0), 0, 1_000)).toThrow(BudgetSpent);
  });
});

describe("a budget", () => {
  const priced = new Map([["a", { in: 1, out: 1 }]]);

  test("is kept where all models have a price, and so is none at all", () => {
    expect(unkeepableBudget(settings(1), { model: "a", auroraModel: "a", prices: priced })).toBeUndefined();
    expect(unkeepableBudget(settings(), { model: "b", auroraModel: "c", prices: priced })).toBeUndefined();
  });

  test("cannot be kept where one has none", () => {
    expect(unkeepableBudget(settings(1), { model: "a", auroraModel: "b", prices: priced })).toBe(
      "aiBudgetUsdPerDay: expected a price of b in OXY_AI_PRICES, got none: what is spent would not be known",
    );
  });
});
