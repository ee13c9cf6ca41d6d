import fc from "fast-check";
import { expect, test } from "vitest";
import { exactly, type CostItem, type Meter } from "../../cost-item.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import { known, unknown, type Estimate, type Range } from "../estimate.ts";
import { evenly } from "../evenly-fixture.ts";
import { catalogueWith } from "./catalogue-fixture.ts";
import { priceItems } from "./price-items.ts";

const METERS: Readonly<Record<Meter, Estimate>> = {
  "from-store-gb": known(1),
  "internet-gb": known(150),
  "log-gb": known(1),
  "process-memory-gb": known(0.2),
  "process-vcpu": known(0.1),
  "sessions-memory-gb": known(0.1),
  "store-commands": known(3e6),
  "store-memory-gb": known(0.1),
  "store-vcpu": known(0.01),
  "to-store-gb": known(2),
};

const PRICES = {
  "shed/rent": 7,
  "shed/gb": 2,
  "shed/plan/hobby": 5,
  "shed/plan/pro": 20,
} as const;

function priced(
  items: readonly CostItem[],
  {
    catalogue = catalogueWith({ prices: PRICES, facts: { "shed/included": 100, "shed/region": 1.5 } }),
    meters = {},
    accounts = {},
  }: {
    catalogue?: Catalogue;
    meters?: Partial<Record<Meter, Estimate>>;
    accounts?: Record<string, string>;
  } = {},
) {
  return priceItems(
    items.map((item) => ({ of: "fleet main", item })),
    { catalogue, day: "2026-11-25", meters: { ...METERS, ...meters }, accounts },
  );
}

const rent: CostItem = { what: "rent", price: "shed/rent", quantity: exactly(2) };
const hobby: CostItem = {
  what: "plan",
  price: { account: "shed/plan", least: "hobby" },
  quantity: exactly(1),
};
const used = (price: string, meter: Meter): CostItem => ({
  what: meter,
  price,
  quantity: { meters: [meter] },
  paidFrom: "shed/plan",
});

test("what is there all month is baseline, and what is counted is usage", () => {
  const cost = priced([rent, { what: "sent", price: "shed/gb", quantity: { meters: ["log-gb"] } }]);
  expect(cost).toMatchObject({
    baseline: { low: 14, high: 14 },
    usage: { low: 2, high: 2 },
    total: { low: 16, high: 16 },
  });
});

test("a ratio multiplies its price", () => {
  expect(priced([{ ...rent, factors: ["shed/region"] }]).total).toMatchObject({ low: 21, high: 21 });
});

test("what is included is not billed", () => {
  const item = (included: { beyond?: string }): CostItem => ({
    what: "sent",
    price: "shed/gb",
    quantity: { meters: ["internet-gb", "to-store-gb"], ...included },
  });
  expect(priced([item({ beyond: "shed/included" })]).total).toMatchObject({ low: 104, high: 104 });
  expect(priced([item({})]).total).toMatchObject({ low: 304, high: 304 });
});

test("a fee of the account is there once, as the dearest that anything needs or the account has", () => {
  const pro: CostItem = { ...hobby, price: { account: "shed/plan", least: "pro" } };
  expect(priced([hobby, hobby]).total).toMatchObject({ low: 5, high: 5 });
  expect(priced([hobby, pro]).lines).toMatchObject([{ price: "shed/plan/pro" }]);
  expect(priced([hobby], { accounts: { "shed/plan": "pro" } }).total).toMatchObject({ low: 20, high: 20 });
  expect(priced([pro], { accounts: { "shed/plan": "hobby" } }).total).toMatchObject({ low: 20, high: 20 });
});

test("what a fee pays for is billed where the fee does not suffice", () => {
  const memory = (low: number, high = low) => ({ "process-memory-gb": known(low, high) });
  const items = [hobby, used("shed/gb", "process-memory-gb")];
  expect(priced(items, { meters: memory(2) })).toMatchObject({
    usage: { low: 0, high: 0 },
    total: { low: 5 },
  });
  expect(priced(items, { meters: memory(2, 10) })).toMatchObject({
    usage: { low: 0, high: 15 },
    total: { low: 5, high: 20 },
  });
});

test("no more is billed than the plan allows", () => {
  const item: CostItem = {
    what: "memory",
    price: "shed/gb",
    quantity: { meters: ["internet-gb"], times: 2, atMost: 40 },
  };
  expect(priced([item]).total).toMatchObject({ low: 80, high: 80 });
  expect(priced([item], { meters: { "internet-gb": known(1, 15) } }).total).toMatchObject({
    low: 4,
    high: 60,
  });
});

test("a price that is not known, or not there, makes the total unknown and says which", () => {
  const catalogue = catalogueWith({ prices: { ...PRICES, "shed/gb": null } });
  const cost = priced([rent, { what: "sent", price: "shed/gb", quantity: { meters: ["log-gb"] } }], {
    catalogue,
  });
  expect(cost.total).toMatchObject({
    kind: "unknown",
    atLeast: 14,
    because: ["price of shed/gb: not known"],
  });
  expect(priced([{ ...rent, price: "shed/rnt" }]).total).toMatchObject({
    kind: "unknown",
    because: ["no price of shed/rnt on 2026-11-25"],
  });
  expect(priced([{ ...rent, factors: ["shed/nowhere"] }]).total.kind).toBe("unknown");
});

test("each line has the entries that it was computed from", () => {
  const [line] = priced([{ ...rent, factors: ["shed/region"] }]).lines;
  expect(line?.entries.map(({ id }) => id)).toEqual(["shed/rent", "shed/region"]);
});

const meter = fc.constantFrom<Meter>("internet-gb", "log-gb", "process-memory-gb", "store-commands");
const ids = Object.keys(PRICES).filter((id) => !id.includes("plan"));
const items: fc.Arbitrary<CostItem[]> = fc.array(
  fc.oneof(
    fc.constant(hobby),
    fc.tuple(fc.constantFrom(...ids), fc.nat(20), fc.nat(20)).map(([price, low, more]): CostItem => ({
      what: "there",
      price,
      quantity: { low, high: low + more },
    })),
    fc
      .record(
        {
          meter,
          price: fc.constantFrom(...ids),
          times: evenly(0, 10),
          atMost: evenly(0, 1_000),
          beyond: fc.constant("shed/included"),
          paidFrom: fc.constant("shed/plan"),
        },
        { requiredKeys: ["meter", "price"] },
      )
      .map(({ meter: of, price, paidFrom, ...rest }): CostItem => {
        const quantity = { meters: [of], ...rest };
        const item = { what: "used", price, quantity };
        return paidFrom === undefined ? item : Object.assign(item, { paidFrom });
      }),
  ),
  { maxLength: 8 },
);
const volume = evenly(0, 100_000);

function totalAt(list: readonly CostItem[], of: Meter, value: Estimate): Estimate {
  return priced(list, { meters: { [of]: value } }).total;
}

test("cost never falls as any usage rises", () => {
  fc.assert(
    fc.property(items, meter, volume, volume, (list, of, one, other) => {
      const [less, more] = [known(Math.min(one, other)), known(Math.max(one, other))];
      const [before, after] = [totalAt(list, of, less), totalAt(list, of, more)] as [Range, Range];
      expect(after.low).toBeGreaterThanOrEqual(before.low - 1e-6);
      expect(after.high).toBeGreaterThanOrEqual(before.high - 1e-6);
    }),
  );
});

test("a range contains every cost of a usage between its ends", () => {
  fc.assert(
    fc.property(items, meter, volume, volume, evenly(0, 1), (list, of, one, other, where) => {
      const [low, high] = [Math.min(one, other), Math.max(one, other)];
      const within = totalAt(list, of, known(Math.min(high, low + (high - low) * where))) as Range;
      const range = totalAt(list, of, known(low, high)) as Range;
      expect(within.low).toBeGreaterThanOrEqual(range.low - 1e-6);
      expect(within.high).toBeLessThanOrEqual(range.high + 1e-6);
    }),
  );
});

test("an unknown usage of something makes the total unknown", () => {
  fc.assert(
    fc.property(items, meter, (list, of) => {
      const isUsed = list.some(({ quantity }) => "meters" in quantity && quantity.meters.includes(of));
      expect(totalAt(list, of, unknown("nobody knows")).kind).toBe(isUsed ? "unknown" : "known");
    }),
  );
});
