import fc from "fast-check";
import { expect, test } from "vitest";
import { catalogueWith } from "../compare/cost/catalogue-fixture.ts";
import { planWith } from "../compare/cost/plan-fixture.ts";
import type { StackPlan } from "../plan.ts";
import { costChange } from "./cost-change.ts";
import { costOf, type StackCost } from "./stack-cost.ts";

const upstash = { kind: "upstash", region: "sa-east-1", plan: "250mb" };
const fly = { host: "fly", organization: "personal", region: "gru", size: "shared-1x-512mb", instances: 1 };
const railway = { host: "railway", region: "us-east4", size: "small" };
const catalogue = catalogueWith({
  prices: {
    "fly/machine/shared-1x-512mb": { low: 3, high: 4 },
    "fly/machine/shared-1x-1gb": { low: 6, high: 8 },
    "fly/egress/sa-apac": 0.04,
    "upstash/fixed/250mb": 10,
    "upstash/fixed/1gb": null,
    "railway/plan/hobby": 5,
    "railway/memory": 10,
    "railway/vcpu": 20,
    "railway/egress": 0.05,
  },
  facts: { "fly/region/gru": 2 },
});

type Priced = StackCost & { readonly kind: "priced" };

async function priced(plan: StackPlan): Promise<Priced> {
  const cost = await costOf(plan, { usage: undefined, load: async () => catalogue });
  if (cost.kind === "unpriced") throw new Error(cost.why);
  return cost;
}

function whatOf({ lines }: ReturnType<typeof costChange>) {
  return lines.map(({ before, after }) => [before?.what, after?.what]);
}

test("nothing that is the same is a difference, known or not", async () => {
  const plans = [
    planWith(upstash, fly),
    planWith({ ...upstash, plan: "1gb" }, fly),
    planWith(upstash, railway),
  ];
  for (const plan of plans) {
    const change = costChange(await priced(plan), await priced(plan));
    expect(change.lines).toEqual([]);
    expect(change.baseline.difference).toEqual({ low: 0, high: 0 });
    expect(change.usage.difference).toEqual({ low: 0, high: 0 });
  }
});

test("memory doubled is one line for another, and the difference follows", async () => {
  const change = costChange(
    await priced(planWith(upstash, fly)),
    await priced(planWith(upstash, { ...fly, size: "shared-1x-1gb" })),
  );
  expect(whatOf(change)).toEqual([
    ["all, shared-1x-512mb", undefined],
    [undefined, "all, shared-1x-1gb"],
  ]);
  expect(change.baseline).toMatchObject({
    before: { low: 16, high: 18 },
    after: { low: 22, high: 26 },
    difference: { low: 6, high: 8 },
  });
});

test("more of the same is the same line with another amount", async () => {
  const change = costChange(
    await priced(planWith(upstash, fly)),
    await priced(planWith(upstash, { ...fly, instances: 3 })),
  );
  expect(whatOf(change)).toContainEqual(["all, shared-1x-512mb", "all, shared-1x-512mb"]);
  expect(change.baseline.difference).toEqual({ low: 12, high: 16 });
});

test("an unknown price that stays makes no difference, and one that comes makes it unknown", async () => {
  const dark = { ...upstash, plan: "1gb" };
  const small = await priced(planWith(dark, fly));
  const stays = costChange(small, await priced(planWith(dark, { ...fly, instances: 2 })));
  expect(stays.baseline).toMatchObject({ after: { kind: "unknown" }, difference: { low: 6, high: 8 } });
  const comes = costChange(await priced(planWith(upstash, fly)), small);
  expect(comes.baseline).not.toHaveProperty("difference");
  expect(comes.baseline).toMatchObject({ before: { kind: "known" }, after: { kind: "unknown", atLeast: 6 } });
});

test("where nothing is deployed, all of it is new", async () => {
  const after = await priced(planWith(upstash, fly));
  const change = costChange(undefined, after);
  expect(change.lines.map(({ after: line }) => line)).toEqual(after.cost.lines);
  expect(change.baseline).not.toHaveProperty("before");
  expect(change.baseline.difference).toEqual({ low: 16, high: 18 });
});

test("what goes and comes back is the difference, the other way round", async () => {
  const sizes = fc.constantFrom("shared-1x-512mb", "shared-1x-1gb");
  const fleets = fc.record({ size: sizes, instances: fc.integer({ min: 1, max: 5 }) });
  await fc.assert(
    fc.asyncProperty(fleets, fleets, async (one, other) => {
      const before = await priced(planWith(upstash, { ...fly, ...one }));
      const after = await priced(planWith(upstash, { ...fly, ...other }));
      const { difference: there } = costChange(before, after).baseline;
      const { difference: back } = costChange(after, before).baseline;
      expect((there?.low ?? Number.NaN) + (back?.high ?? Number.NaN)).toBeCloseTo(0, 6);
    }),
    { numRuns: 25 },
  );
});
