import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OptionRefused } from "../option-refused.ts";
import { UNKNOWN_USAGE } from "../usage.ts";
import { parseDay } from "./day.ts";
import { parseExchange } from "./exchange.ts";
import { parseProjection } from "./projection.ts";
import { parseQuantity } from "./quantity.ts";
import { parseSituation } from "./situation.ts";
import { parseUsage } from "./usage.ts";

const MOST = 1e10;
const TODAY = "2026-11-25";

function outcomeOf<Value>(of: () => Value): Value | OptionRefused {
  try {
    return of();
  } catch (error) {
    if (error instanceof OptionRefused) return error;
    throw error;
  }
}

describe("a quantity", () => {
  it.each([
    ["500k", 500_000, 500_000],
    ["1.5M", 1_500_000, 1_500_000],
    ["100k-500K", 100_000, 500_000],
    ["0", 0, 0],
  ])("%s is read", (text, low, high) => {
    expect(parseQuantity("--messages", text, MOST)).toEqual({ low, high });
  });

  it.each(["-5", "1e11", "20000000000", "500kk", "", "k", "5-", "9-3", "1-2-3", "NaN", "Infinity", "١"])(
    "%s is refused",
    (text) => {
      expect(() => parseQuantity("--messages", text, MOST)).toThrow(
        "--messages: expected a number from 0 to 10,000,000,000, with k or M, or two of them as low-high, got ",
      );
    },
  );

  it("is within its bounds or refused, whatever is written", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const read = outcomeOf(() => parseQuantity("--x", text, 1_000));
        expect(
          read instanceof OptionRefused || (read.low >= 0 && read.low <= read.high && read.high <= 1_000),
        ).toBe(true);
      }),
    );
  });
});

describe("a day", () => {
  it("of a month is its last one that has been", () => {
    expect(parseDay("--as-of", "2025-01", TODAY)).toBe("2025-01-31");
    expect(parseDay("--as-of", "2025-01-15", TODAY)).toBe("2025-01-15");
    expect(parseDay("--as-of", "2026-11", TODAY)).toBe(TODAY);
  });

  it.each([
    ["2025-13", "a month or a day that exists"],
    ["2025-02-30", "a month or a day that exists"],
    ["January", "a month or a day"],
    ["2024-12", "2025-01 or later, from when on there are prices"],
    ["2026-12", "no day to come (today is 2026-11-25), because nobody knows its prices"],
  ])("%s is refused", (text, expected) => {
    expect(() => parseDay("--as-of", text, TODAY)).toThrow(`--as-of: expected ${expected}`);
  });
});

describe("an exchange rate", () => {
  it("has a day and taxes", () => {
    const asked = { currency: "BRL", rate: "5.40", rateDate: "2026-11-20", tax: ["iof=3.5"] };
    expect(parseExchange(asked, TODAY)).toEqual({
      from: "USD",
      to: "BRL",
      rate: 5.4,
      day: "2026-11-20",
      taxes: { iof: 0.035 },
    });
    expect(parseExchange({}, TODAY)).toBeUndefined();
  });

  it.each([
    [
      { currency: "BRL" },
      "--rate: expected what a dollar costs in BRL, such as --rate 5.40, because exchange rates are an input here, got none",
    ],
    [{ currency: "BRL", rate: "5.40" }, "--rate-date: expected the day of the rate"],
    [{ currency: "BRL", rate: "0", rateDate: "2026-11-20" }, "--rate: expected what a dollar costs in BRL"],
    [{ currency: "BRL", rate: "-1", rateDate: "2026-11-20" }, "--rate: expected what a dollar costs in BRL"],
    [{ currency: "EUR" }, '--currency: expected USD or BRL, got "EUR"'],
    [{ rate: "5.40" }, "--rate: expected --currency BRL beside"],
    [
      { currency: "BRL", rate: "5", rateDate: "2026-11-20", tax: ["iof"] },
      "--tax: expected a name and a percentage",
    ],
  ])("%o is refused", (asked, message) => {
    expect(() => parseExchange(asked, TODAY)).toThrow(message);
  });
});

describe("a situation", () => {
  it("says what is said, and nothing else", () => {
    expect(parseSituation("clients=40,revenue=8k-12k,devops=no")).toEqual({
      clientsAtOnce: { low: 40, high: 40 },
      monthlyRevenue: { low: 8_000, high: 12_000 },
      hasDevops: false,
    });
  });

  it.each([
    ["client=40", "; the nearest is clients"],
    ["devops=maybe", '--situation devops: expected yes or no, got "maybe"'],
    ["clients=-1", "--situation clients: expected a number from 0 to 1,000,000"],
  ])("%s is refused", (text, message) => {
    expect(() => parseSituation(text)).toThrow(message);
  });
});

describe("a usage from flags", () => {
  it("is over that of the file", () => {
    const file = { ...UNKNOWN_USAGE, messages: { low: 1, high: 1 }, sessions: { low: 7, high: 7 } };
    expect(parseUsage(file, { messages: "10", model: "gpt-4o-mini", cachedShare: "50" })).toEqual({
      ...file,
      messages: { low: 10, high: 10 },
      ai: {
        model: "gpt-4o-mini",
        inputTokens: { kind: "known", low: 1_000, high: 1_000 },
        outputTokens: { kind: "known", low: 200, high: 200 },
        cachedShare: { kind: "known", low: 0.5, high: 0.5 },
      },
    });
  });

  it.each([
    [{ inputTokens: "500" }, "--input-tokens: expected --model beside it"],
    [{ cachedShare: "101", model: "gpt-4o" }, "--cached: expected a number from 0 to 100"],
    [{ profile: "fast" }, '--profile: expected economy, standard or fast-failover, got "fast"'],
  ])("%o is refused", (asked, message) => {
    expect(() => parseUsage(UNKNOWN_USAGE, asked)).toThrow(message);
  });
});

describe("a projection", () => {
  const cost = { hosting: { lines: [] } };
  const text = JSON.stringify({ version: 1, targets: [{ name: "render-current", cost }] });

  it("is that of the target", () => {
    expect(parseProjection("then.json", text, "render-current")).toEqual(cost);
  });

  it.each([
    [
      "{",
      "render-current",
      "--review: expected what oxy compare --json prints (version 1), got something else in then.json",
    ],
    [
      '{"version":2,"targets":[]}',
      "render-current",
      "--review: expected what oxy compare --json prints (version 1)",
    ],
    [
      text,
      "render-curent",
      '--current: expected a target that then.json has (render-current), got "render-curent"; the nearest is render-current',
    ],
  ])("%s is refused", (given, target, message) => {
    expect(() => parseProjection("then.json", given, target)).toThrow(message);
  });
});
