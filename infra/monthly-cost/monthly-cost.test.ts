import { expect, test } from "vitest";
import { catalogueWith } from "../compare/cost/catalogue-fixture.ts";
import { planWith } from "../compare/cost/plan-fixture.ts";
import { Catalogue } from "../compare/catalogue/catalogue.ts";
import { UNKNOWN_USAGE } from "../compare/usage.ts";
import { monthlyCostOf } from "./monthly-cost.ts";
import { costOf } from "./stack-cost.ts";

const plan = planWith(
  { kind: "upstash", region: "sa-east-1", plan: "payg" },
  { host: "fly", organization: "personal", region: "gru", size: "shared-1x-512mb" },
);
const prices = {
  "fly/machine/shared-1x-512mb": 3.19,
  "fly/egress/sa-apac": 0.04,
  "upstash/payg/commands": 0.2,
  "upstash/payg/storage": 0.25,
  "upstash/payg/bandwidth": 0.03,
};
const facts = {
  "fly/region/gru": 1.6155,
  "upstash/payg/included-storage-gb": 1,
  "upstash/payg/included-bandwidth-gb": 200,
  "oxy/idle/commands-minute/standard/client": 100,
  "oxy/idle/commands-minute/standard/inside": 0,
  "oxy/message/commands/client": 10,
  "oxy/message/commands/inside": { low: 0, high: 10 },
};
const full = catalogueWith({ prices, facts });

test("what is there whatever is used is apart from what depends on it, of which each says what one costs", async () => {
  const cost = monthlyCostOf(await costOf(plan, { usage: undefined, load: async () => full }));
  expect(cost).toMatchObject({
    currency: "USD",
    baseline: { low: 5.15, high: 5.15 },
    lines: { "fleet main: all, shared-1x-512mb": "5.15 USD" },
    dependsOnUsage: {
      // 100 a minute, 43,800 minutes a month.
      "store: commands to Upstash": "0.20 USD per unit: at least 8.76 USD",
      "fleet main: sent to the internet": "0.04 USD per unit",
    },
    asOf: "2026-11-01",
    oldestPrice: "2026-11-01",
  });
  expect(cost.unknown).not.toContain("messages a month");
  expect(cost.usage).toEqual({ atLeast: 8.76 });
});

test("a usage file gives what depends on it a price, between both ways of counting commands", async () => {
  const messages = { low: 10_000, high: 10_000 };
  const given = { ...UNKNOWN_USAGE, messages, sessions: { low: 1, high: 1 } };
  const load = async () => full;
  const { unknown } = monthlyCostOf(await costOf(plan, { usage: given, load }));
  // What is named can be measured, and is known then.
  const missing = unknown.map((reason) => /^no measurement (\S+)$/.exec(reason)?.[1] ?? reason);
  expect(missing).toContain("oxy/message/egress-bytes");
  const nothing = missing.map((id) => [id, { low: 0, high: 0 }] as const);
  const measured = { ...Object.fromEntries(nothing), "oxy/message/egress-bytes": { low: 1e5, high: 1e5 } };
  const cost = monthlyCostOf(await costOf(plan, { usage: { ...given, measured }, load }));
  expect(cost.unknown).toEqual([]);
  expect(cost.dependsOnUsage["store: commands to Upstash"]).toBe("0.20 USD per unit: 8.96–9.16 USD");
  expect(cost.usage).toEqual({ low: 9, high: 9.2 });
});

test("a price that nobody knows is unknown, by its name, and never 0", async () => {
  for (const price of [null, undefined]) {
    const { "fly/machine/shared-1x-512mb": _known, ...others } = prices;
    const some = catalogueWith({
      prices: price === null ? { ...prices, "fly/machine/shared-1x-512mb": null } : others,
      facts,
    });
    const cost = monthlyCostOf(await costOf(plan, { usage: undefined, load: async () => some }));
    expect(cost.baseline).toEqual({ atLeast: 0 });
    expect(cost.lines["fleet main: all, shared-1x-512mb"]).toBe("unknown");
    expect(cost.unknown.join()).toContain("fly/machine/shared-1x-512mb");
  }
});

test("it is the same on another day, until a price is another one", async () => {
  const [entry] = full.entries;
  if (entry === undefined) throw new Error("the catalogue is empty");
  const later = { ...entry, value: { low: 4, high: 4 }, validFrom: "2026-12-01", observedAt: "2026-11-20" };
  const load = async () =>
    new Catalogue([{ ...entry, validTo: later.validFrom }, later, ...full.entries.slice(1)]);
  const on = async (day: string) => monthlyCostOf(await costOf(plan, { usage: undefined, day, load }));
  const today = await on("2026-11-25");
  expect(await on("2026-11-26")).toEqual(today);
  expect(await on("2026-12-01")).toMatchObject({ baseline: { low: 6.46 }, asOf: "2026-11-20" });
});

test("a catalogue that cannot be read stops nothing, and is said", async () => {
  const load = () => Promise.reject(new Error("fly.yaml:3: unit: expected GB, got Gb"));
  expect(monthlyCostOf(await costOf(plan, { usage: undefined, load }))).toEqual({
    currency: "USD",
    baseline: { atLeast: 0 },
    usage: { atLeast: 0 },
    lines: {},
    dependsOnUsage: {},
    unknown: ["its prices cannot be looked up: fly.yaml:3: unit: expected GB, got Gb"],
  });
});

test("a plan of another version that lacks what prices go by is unknown, and stops nothing", async () => {
  const { fleets: _, ...old } = plan;
  const cost = await costOf(old as typeof plan, { usage: undefined, load: async () => full });
  expect(cost.kind).toBe("unpriced");
});

test("of the catalogue, what the bill names is read, and what was measured of this worker", async () => {
  const asked: (readonly string[])[] = [];
  const load = async (providers: readonly string[]) => {
    asked.push(providers);
    return full;
  };
  await costOf(plan, { usage: undefined, load });
  expect(asked.map((each) => each.toSorted())).toEqual([["fly", "oxy", "upstash"]]);
});
