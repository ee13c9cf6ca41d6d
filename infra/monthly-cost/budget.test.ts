import { expect, test } from "vitest";
import { money, type Amount } from "../compare/amount.ts";
import { known, unknown } from "../compare/estimate.ts";
import type { CostLine } from "../compare/cost/cost.ts";
import { costOf } from "../compare/cost/price-items.ts";
import { UNKNOWN_USAGE } from "../compare/usage.ts";
import { judged } from "./budget.ts";
import type { StackCost } from "./stack-cost.ts";

function line(what: string, amount: Amount, basis: CostLine["basis"] = "baseline"): CostLine {
  return {
    ...{ of: "fleet main", what, basis, price: `a/${what}`, unit: "month", entries: [] },
    ...{ unitPrice: money(known(1)), quantity: known(1), amount },
  };
}

function priced(lines: readonly CostLine[], usage: typeof UNKNOWN_USAGE | undefined = undefined): StackCost {
  return { kind: "priced", cost: costOf(lines), usage };
}

const worker = line("worker", money(known(20, 30)));
const web = line("web", money(known(7)));

test("a cost whose high end is not above the budget is within it", () => {
  expect(judged(priced([worker, web]), 37)).toEqual({ kind: "within" });
});

test("one above it is refused, with both figures and the largest lines, the largest first", () => {
  const small = ["a", "b"].map((what) => line(what, money(known(0.5))));
  expect(judged(priced([...small, web, worker]), 36)).toEqual({
    kind: "refused",
    sentence:
      "budget: expected at most 36.00 USD a month, got 38.00 USD (fleet main: worker 20.00–30.00 USD, " +
      "fleet main: web 7.00 USD, fleet main: a 0.50 USD): deploy something smaller, raise the budget, or say " +
      "--over-budget (OXY_OVER_BUDGET=true where it is pulumi)",
  });
});

test("what is known to be above it is refused, whatever is not known besides", () => {
  const open = line("commands", money(unknown("messages a month", 12)), "usage");
  expect(judged(priced([web, open]), 18)).toMatchObject({
    kind: "refused",
    sentence: expect.stringContaining(
      "got at least 19.00 USD (fleet main: commands unknown, at least 12.00 USD",
    ),
  });
});

test("a price of what is there whatever is used has to be known", () => {
  const dark = line("disk", money(unknown("price of a/disk: not known")));
  expect(judged(priced([web, dark]), 100)).toMatchObject({
    kind: "refused",
    sentence: expect.stringContaining(
      "got an unknown cost, at least 7.00 USD (unknown: price of a/disk: not known)",
    ),
  });
  expect(judged({ kind: "unpriced", why: "the list is torn" }, 100)).toMatchObject({
    kind: "refused",
    sentence: expect.stringContaining("got an unknown cost (the list is torn)"),
  });
});

test("what depends on usage that nobody gave is not in it, and that is said", () => {
  const open = line("commands", money(unknown("messages a month", 3)), "usage");
  expect(judged(priced([web, open]), 18)).toEqual({
    kind: "partly",
    sentence:
      "budget: 18.00 USD a month is held against 10.00 USD only, because the rest depends on usage: " +
      "commands, 1.00 USD per month: at least 3.00 USD (a usage file, named under usage, says how much there is)",
  });
  const opened = { ...open, quantity: unknown("no measurement oxy/idle/x") };
  expect(judged(priced([web, opened], UNKNOWN_USAGE), 18)).toMatchObject({
    kind: "partly",
    sentence: expect.stringContaining("(unknown: no measurement oxy/idle/x)"),
  });
});
