import { expect, test } from "vitest";
import { known } from "../estimate.ts";
import { UNKNOWN_USAGE, type Usage } from "../usage.ts";
import { catalogueWith } from "./catalogue-fixture.ts";
import { planWith } from "./plan-fixture.ts";
import { costOfPlan } from "./target-cost.ts";

const catalogue = catalogueWith({
  prices: { "upstash/fixed/250mb": 10, "fly/machine/shared-1x-512mb": 3, "fly/egress/sa-apac": 0 },
  facts: {
    "fly/region/gru": 2,
    "people/upkeep/fly": { low: 1, high: 3 },
    "oxy/message/egress-bytes": 0,
    "oxy/session/egress-bytes-minute": 0,
    "oxy/idle/to-store-bytes-minute": 0,
    "oxy/message/to-store-bytes": 0,
  },
});
const plan = planWith({ kind: "upstash", plan: "250mb" }, { host: "fly", region: "gru", instances: 1 });
const one = { low: 1, high: 1 };
const thousand = known(1_000);

function costAt(usage: Partial<Usage>) {
  const whole = { ...UNKNOWN_USAGE, messages: thousand, sessions: one, ...usage };
  return costOfPlan(plan, { catalogue, day: "2026-11-25", usage: whole });
}

test("hosts, the AI and people are apart, and the total is all of them", () => {
  const ai = { model: "gpt-4o-mini", inputTokens: thousand, outputTokens: known(200), cachedShare: known(0) };
  const cost = costAt({ ai, hourlyRate: { low: 40, high: 50 } });
  expect(cost.hosting.total).toMatchObject({ low: 16, high: 16 });
  expect(cost.ai.total).toHaveProperty("low", expect.closeTo(0.27, 9));
  expect(cost.people.total).toMatchObject({ low: 40, high: 150 });
  expect(cost.total).toMatchObject({
    kind: "known",
    low: expect.closeTo(56.27, 9),
    high: expect.closeTo(166.27, 9),
  });
});

test("people cost what their hours do: one's own number goes before the catalogue's", () => {
  const hourlyRate = { low: 40, high: 40 };
  expect(costAt({ hourlyRate, upkeepHours: { fly: { low: 2, high: 2 } } }).people.total).toMatchObject({
    low: 80,
    high: 80,
  });
  const [line] = costAt({ hourlyRate }).people.lines;
  expect(line).toMatchObject({ what: "looking after fly", price: "people/upkeep/fly" });
  expect(line?.entries.map(({ id }) => id)).toEqual(["people/upkeep/fly"]);
});

test("without what an hour costs, what people and so everything cost is unknown, and at least the rest", () => {
  const { people, total } = costAt({});
  expect(people.total).toMatchObject({ kind: "unknown", because: ["what an hour of work costs"] });
  expect(total).toMatchObject({ kind: "unknown", atLeast: 16 });
});

test("of a host that nobody knows the hours of, they are unknown", () => {
  const railway = planWith({ kind: "railway-redis" }, { host: "railway" });
  const usage = { ...UNKNOWN_USAGE, hourlyRate: one };
  expect(costOfPlan(railway, { catalogue, day: "2026-11-25", usage }).people.total).toMatchObject({
    kind: "unknown",
    because: ["hours a month of looking after railway"],
  });
});
