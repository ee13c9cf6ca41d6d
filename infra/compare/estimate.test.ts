import fc from "fast-check";
import { expect, test } from "vitest";
import { converted, money, total, type Amount } from "./amount.ts";
import {
  beyond,
  known,
  lowestOf,
  mapped,
  product,
  sum,
  unknown,
  type Estimate,
  type Known,
} from "./estimate.ts";
import { evenly } from "./evenly-fixture.ts";

const number = evenly(0, 1e6);
const range = fc.tuple(number, number).map(([a, b]) => known(Math.min(a, b), Math.max(a, b)));
const unknowns = fc
  .tuple(fc.constantFrom("a price", "a volume"), number)
  .map(([because, atLeast]) => unknown(because, atLeast));
const estimate: fc.Arbitrary<Estimate> = fc.oneof(range, unknowns);
/** Where between its ends: both of them as often as what is between. */
const place = fc.oneof(fc.constantFrom(0, 1), evenly(0, 1));

function at({ low, high }: Known, where: number): number {
  return Math.min(high, low + (high - low) * where);
}

function requireKnown(value: Estimate): Known {
  if (value.kind === "unknown") throw new Error(`expected a known value, got ${value.because.join()}`);
  return value;
}

/** But for what a float rounds. */
function expectWithin(value: number, { low, high }: Known): void {
  const slack = 1e-9 * (1 + Math.abs(value));
  expect(value).toBeGreaterThanOrEqual(low - slack);
  expect(value).toBeLessThanOrEqual(high + slack);
}

test("a range contains what its operation makes of any values within its operands", () => {
  fc.assert(
    fc.property(range, range, place, place, (one, other, here, there) => {
      const [a, b] = [at(one, here), at(other, there)];
      expectWithin(a + b, requireKnown(sum([one, other])));
      expectWithin(a * b, requireKnown(product(one, other)));
      expectWithin(Math.max(0, a - b), requireKnown(beyond(one, other)));
      expectWithin(Math.ceil(a), requireKnown(mapped(one, Math.ceil)));
    }),
  );
});

test("unknown in means unknown out, with every reason, and at least what is known", () => {
  fc.assert(
    fc.property(unknowns, estimate, (one, other) => {
      for (const result of [sum([one, other]), sum([other, one]), product(one, other), product(other, one)]) {
        if (result.kind === "known") throw new Error("expected an unknown result, got a known one");
        expect(result.because).toEqual(expect.arrayContaining([...one.because]));
      }
      expect(lowestOf(sum([one, other]))).toBeCloseTo(one.atLeast + lowestOf(other), 3);
      expect(beyond(one, other).kind).toBe("unknown");
      expect(beyond(other, one).kind).toBe("unknown");
      expect(mapped(one, Math.ceil).kind).toBe("unknown");
    }),
  );
});

test("an unknown times nothing is unknown still", () => {
  expect(product(unknown("a price"), known(0))).toEqual(unknown("a price"));
});

test.each([
  [-1, 1],
  [2, 1],
  [Number.NaN, 1],
  [0, Number.POSITIVE_INFINITY],
])("%f to %f is no range", (low, high) => {
  expect(() => known(low, high)).toThrow(RangeError);
});

test("currencies never mix", () => {
  const reais = money(known(5), "BRL");
  expect(() => total([money(known(1)), reais])).toThrow("expected amounts in USD, got one in BRL");
  expect(() => total([reais], "USD")).toThrow(TypeError);
  const rate = { from: "USD", to: "BRL", rate: 5, day: "2026-11-20", taxes: {} } as const;
  expect(() => converted(reais, rate)).toThrow("expected an amount in USD, got one in BRL");
});

test("what is converted has its taxes, and stays unknown where it was", () => {
  const rate = { from: "USD", to: "BRL", rate: 5, day: "2026-11-20", taxes: { IOF: 0.035 } } as const;
  const amounts = fc.oneof(range, unknowns).map((value): Amount => money(value));
  fc.assert(
    fc.property(amounts, (amount) => {
      const reais = converted(amount, rate);
      expect(reais.currency).toBe("BRL");
      expect(reais.kind).toBe(amount.kind);
      expect(lowestOf(reais)).toBeCloseTo(lowestOf(amount) * 5.175, 4);
    }),
  );
});
