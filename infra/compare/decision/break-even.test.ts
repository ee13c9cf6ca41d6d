import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { money, unknownAmount, type Amount } from "../amount.ts";
import { known, lowestOf, unknown } from "../estimate.ts";
import { breakEvensOf } from "./break-even.ts";
import type { PairSpan } from "./pair-spans.ts";

describe("break-evens", () => {
  it("are at the very message from which the other one is cheaper", () => {
    // A fixed plan of 10 USD, and 0.20 USD per 100,000: the fixed one is cheaper beyond 5,000,000.
    const found = breakEvensOf(["fixed", "counted"], (target, messages) =>
      exactly(target === "fixed" ? 10 : (messages / 100_000) * 0.2),
    );
    expect(found.pairs).toEqual([
      {
        one: "fixed",
        other: "counted",
        because: [],
        spans: [
          { from: 1, to: 4_999_999, cheaper: "other" },
          { from: 5_000_000, to: 5_000_000, cheaper: "neither" },
          { from: 5_000_001, to: 100_000_000, cheaper: "one" },
        ],
      },
    ]);
    expect(found.cheapest).toEqual([
      { from: 1, to: 4_999_999, targets: ["counted"] },
      { from: 5_000_000, to: 5_000_000, targets: ["fixed", "counted"] },
      { from: 5_000_001, to: 100_000_000, targets: ["fixed"] },
    ]);
  });

  it("are intervals where prices are ranges", () => {
    const found = breakEvensOf(
      ["fixed", "counted"],
      (target, messages) =>
        target === "fixed" ? exactly(10) : money(known(messages / 1_000_000, messages / 200_000)),
      { from: 1, to: 100_000_000 },
    );
    expect(found.pairs[0]?.spans).toEqual([
      { from: 1, to: 1_999_999, cheaper: "other" },
      { from: 2_000_000, to: 10_000_000, cheaper: "open" },
      { from: 10_000_001, to: 100_000_000, cheaper: "one" },
    ]);
  });

  it("are found where what is unknown is surely more already", () => {
    const found = breakEvensOf(["a", "b"], (target, messages) =>
      target === "a" ? exactly(10) : money(unknown("price of b", messages / 1_000)),
    );
    expect(found.pairs[0]).toMatchObject({
      because: ["price of b"],
      spans: [
        { from: 1, to: 10_000, cheaper: "open" },
        { from: 10_001, to: 100_000_000, cheaper: "one" },
      ],
    });
    expect(found.series[1]?.points.every((point) => point.high === undefined)).toBe(true);
  });

  it("are nowhere where nothing is known", () => {
    const found = breakEvensOf(["a", "b"], () => unknownAmount("price"));
    expect(found.pairs[0]?.spans).toEqual([{ from: 1, to: 100_000_000, cheaper: "open" }]);
    expect(found.cheapest).toEqual([{ from: 1, to: 100_000_000, targets: ["a", "b"] }]);
  });

  it("come and go where one bills in blocks", () => {
    const found = breakEvensOf(
      ["blocks", "even"],
      (target, messages) =>
        exactly(target === "blocks" ? Math.ceil(messages / 1_000) * 15 : messages * 0.0125),
      { from: 1, to: 3_000 },
    );
    expect(found.pairs[0]?.spans).toEqual([{ from: 1, to: 3_000, cheaper: "other" }]);
    const dearer = breakEvensOf(
      ["blocks", "even"],
      (target, messages) =>
        exactly(target === "blocks" ? Math.ceil(messages / 1_000) * 15 : messages * 0.018),
      { from: 1, to: 3_000 },
    );
    expect(dearer.pairs[0]?.spans.map(({ from, cheaper }) => [from, cheaper])).toEqual([
      [1, "other"],
      [834, "one"],
      [1_001, "other"],
      [1_667, "one"],
      [2_001, "other"],
      [2_500, "neither"],
      [2_501, "one"],
    ]);
  });

  it("ask for no more than some thousand bills, also of two with a hundred thousand steps that cross slowly", () => {
    let asked = 0;
    const found = breakEvensOf(["one", "other"], (target, messages) => {
      asked += 1;
      return exactly(
        target === "one" ? Math.ceil(messages / 1_000) * 0.15 : 5 + Math.ceil(messages / 1_001) * 0.15,
      );
    });
    expect(asked).toBeLessThan(10_000);
    expect(found.pairs[0]?.spans.at(0)).toMatchObject({ from: 1, cheaper: "one" });
    expect(found.pairs[0]?.spans.at(-1)).toMatchObject({ to: 100_000_000, cheaper: "other" });
  });

  it("agree with trying every volume", () => {
    const bill = fc.record({
      fee: fc.integer({ min: 0, max: 60 }),
      each: fc.integer({ min: 0, max: 8 }).map((cents) => cents / 100),
      included: fc.integer({ min: 0, max: 900 }),
      block: fc.integer({ min: 1, max: 300 }),
      perBlock: fc.integer({ min: 0, max: 9 }),
      spread: fc.constantFrom(0, 0, 0.1, 1),
    });
    fc.assert(
      fc.property(bill, bill, (one, other) => {
        const bills = { one, other };
        const cost = (target: string, messages: number): Amount => {
          const { fee, each, included, block, perBlock, spread } = bills[target as keyof typeof bills];
          const over = Math.max(0, messages - included);
          const low = fee + each * over + perBlock * Math.ceil(over / block);
          return money(known(low, low * (1 + spread)));
        };
        const { pairs } = breakEvensOf(["one", "other"], cost, { from: 1, to: 1_200 });
        for (let messages = 1; messages <= 1_200; messages++)
          expect([messages, spanAt(pairs[0]?.spans ?? [], messages)]).toEqual([
            messages,
            compared(cost("one", messages), cost("other", messages)),
          ]);
      }),
      { numRuns: 60 },
    );
  });
});

function exactly(value: number): Amount {
  return money(known(value));
}

function spanAt(spans: readonly PairSpan[], at: number): string | undefined {
  const found = spans.filter(({ from, to }) => from <= at && at <= to);
  return found.length === 1 ? found[0]?.cheaper : `in ${found.length} spans`;
}

function compared(one: Amount, other: Amount): PairSpan["cheaper"] {
  if (one.kind === "unknown" || other.kind === "unknown") return "open";
  const [lowOne, lowOther] = [lowestOf(one), lowestOf(other)];
  if (one.high < lowOther - 1e-8) return "one";
  if (other.high < lowOne - 1e-8) return "other";
  const isExact = one.high - lowOne < 1e-8 && other.high - lowOther < 1e-8;
  return isExact ? "neither" : "open";
}
