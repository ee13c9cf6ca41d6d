import { describe, expect, it } from "vitest";
import { hosts } from "../../hosts.ts";
import type { StackPlan } from "../../plan.ts";
import { total } from "../amount.ts";
import { catalogueWith } from "../cost/catalogue-fixture.ts";
import { hostingCost } from "../cost/hosting-cost.ts";
import { planWith } from "../cost/plan-fixture.ts";
import { costOf } from "../cost/price-items.ts";
import { known, unknown, type Estimate } from "../estimate.ts";
import { UNKNOWN_USAGE } from "../usage.ts";
import { scoresOf } from "./criteria.ts";
import { CRITERION_IDS } from "./criterion-ids.ts";
import { HOST_OPINIONS } from "./host-opinions.ts";
import { mostInstances } from "./most-instances.ts";
import { isReplicated, keepsOf } from "./store-promises.ts";
import type { TargetFacts } from "./target-facts.ts";

const RENDER = planWith({ kind: "upstash", region: "us-west-2" }, { host: "render", services: "two" });
const RENDER_PRIVATE = planWith({ kind: "render-key-value" }, { host: "render", instances: 2 });
const RAILWAY = planWith({ kind: "railway-redis" }, { host: "railway" });
const LOCAL = planWith({ kind: "local", persistence: "none" }, { host: "local" });
const AWS_SMALL = planWith(
  { kind: "elasticache", region: "us-east-1", preset: "minimal" },
  { host: "ecs-fargate", region: "us-east-1", preset: "minimal" },
);
const AWS = planWith(
  { kind: "elasticache", region: "us-east-1", preset: "recommended" },
  { host: "ecs-fargate", region: "us-east-1", preset: "recommended" },
);

describe("scores", () => {
  it("are one for each criterion, each with a value, a reason and points from 0 to 10", () => {
    for (const plan of [RENDER, RENDER_PRIVATE, RAILWAY, LOCAL, AWS_SMALL, AWS]) {
      const scores = scoresOf(factsOf(plan));
      expect(Object.keys(scores)).toEqual(CRITERION_IDS);
      for (const { points, value, because } of Object.values(scores)) {
        expect(points.low).toBeGreaterThanOrEqual(0);
        expect(points.high).toBeLessThanOrEqual(10);
        expect(points.low).toBeLessThanOrEqual(points.high);
        expect(value).not.toBe("");
        expect(because).not.toBe("");
      }
    }
  });

  it("say unknown, and what it can still be, where a price is", () => {
    const { cost } = scoresOf(factsOf(RENDER, { hosting: unknown("a price", 50) }));
    expect(cost).toMatchObject({
      basis: "unknown",
      value: "unknown, at least 50.00 USD a month",
      because: "not known: a price",
      points: { low: 0 },
    });
    // 50 USD is half the way between 5 and 500, by factors.
    expect(cost.points.high).toBeCloseTo(5);
  });

  it("are the better, the less it costs, the nearer it is and the shorter it fails", () => {
    const good = scoresOf(
      factsOf(RENDER, { hosting: known(10), brazilMs: known(20), downMinutes: known(5) }),
    );
    const bad = scoresOf(
      factsOf(RENDER, { hosting: known(90), brazilMs: known(183), downMinutes: known(60) }),
    );
    for (const id of ["cost", "latency", "reliability"] as const)
      expect(good[id].points.low).toBeGreaterThan(bad[id].points.high);
  });

  it("are a judgement with its reason where somebody only thinks so", () => {
    const scores = scoresOf(factsOf(RENDER, { setupHours: known(8) }, true));
    expect(scores.setup).toMatchObject({ basis: "judgement", value: "8 h" });
    expect(scores.learning.basis).toBe("judgement");
    expect(scores.maintenance).toMatchObject({ basis: "judgement", value: "low" });
  });

  it("count hours where somebody counted them, in place of the judgement", () => {
    expect(scoresOf(factsOf(RENDER, { upkeepHours: known(10, 20) })).maintenance).toMatchObject({
      basis: "computed",
      value: "10 to 20 h",
    });
  });

  it("are better for a store on a network of their own that keeps a copy", () => {
    const points = (plan: StackPlan) => scoresOf(factsOf(plan)).redis.points.low;
    expect(points(AWS)).toBe(10);
    expect(points(RENDER)).toBe(6);
    expect(points(RENDER_PRIVATE)).toBe(8);
    expect(points(AWS_SMALL)).toBe(6);
    expect(points(LOCAL)).toBe(5);
  });

  it("count commands only where the store bills them", () => {
    const counted = planWith({ kind: "upstash", plan: "payg" }, { host: "render" });
    const bill = (plan: StackPlan) =>
      factsOf(plan, { storeCommands: known(10_000_000) }, false, {
        "upstash/payg/commands": 0.2,
        "upstash/fixed/250mb": 10,
      });
    expect(scoresOf(bill(counted)).commands).toMatchObject({ value: "10M commands a month" });
    expect(scoresOf(bill(counted)).commands.points.low).toBeCloseTo(10 / 3);
    expect(scoresOf(bill(RENDER)).commands).toMatchObject({ value: "not billed", points: { low: 10 } });
  });

  it("say what production misses", () => {
    expect(scoresOf(factsOf(AWS)).production.because).toBe("it has all of them");
    expect(scoresOf(factsOf(AWS_SMALL)).production.because).toBe(
      "missing: a second process that takes over from one that dies; a store that keeps nearly all when it dies; " +
        "a copy of the store that takes over; a way for an operator's commands",
    );
  });

  it("of several fleets are those of the worst", () => {
    const two: StackPlan = { ...AWS, fleets: [...AWS.fleets, ...RAILWAY.fleets] };
    expect(scoresOf(factsOf(two)).redis.points).toEqual(scoresOf(factsOf(AWS)).redis.points);
    expect(scoresOf(factsOf(two)).learning.value).toBe("hard");
  });
});

describe("what a store keeps when it dies", () => {
  it.each([
    ["upstash", RENDER, "nearly all", true],
    [
      "upstash for free",
      planWith({ kind: "upstash", plan: "free" }, { host: "render" }),
      "nearly all",
      false,
    ],
    ["render-key-value", RENDER_PRIVATE, "nearly all", false],
    [
      "render-key-value for free",
      planWith({ kind: "render-key-value", plan: "free" }, { host: "render" }),
      "nothing",
      false,
    ],
    ["railway-redis", RAILWAY, "nearly all", false],
    ["elasticache of one node", AWS_SMALL, "what a snapshot has", false],
    [
      "elasticache of one node without snapshots",
      planWith(
        { kind: "elasticache", region: "us-east-1", snapshotDays: 0 },
        { host: "ecs-fargate", region: "us-east-1" },
      ),
      "nothing",
      false,
    ],
    ["elasticache with a copy", AWS, "nearly all", true],
    ["local", planWith({ kind: "local" }, { host: "local" }), "nearly all", false],
    ["local without a file", LOCAL, "nothing", false],
  ] as const)("is read of %s", (_, { store }, keeps, replicated) => {
    expect([keepsOf(store), isReplicated(store)]).toEqual([keeps, replicated]);
  });
});

describe("a host", () => {
  it("says by its schema how many instances there may be", () => {
    expect(Object.values(hosts).map((host) => [host.name, mostInstances(host)])).toEqual([
      ["local", 1],
      ["render", 100],
      ["fly", 20],
      ["railway", 20],
      ["ecs-fargate", 20],
    ]);
  });

  it("is judged, whichever it is", () => {
    expect(Object.keys(HOST_OPINIONS).toSorted()).toEqual(Object.keys(hosts).toSorted());
  });
});

type Given = Partial<
  Record<"hosting" | "setupHours" | "upkeepHours" | "brazilMs" | "downMinutes" | "storeCommands", Estimate>
>;

function factsOf(
  plan: StackPlan,
  given: Given = {},
  isOpinion = false,
  prices: Readonly<Record<string, number>> = {},
): TargetFacts {
  const bill = hostingCost(plan, {
    catalogue: catalogueWith({ prices }),
    day: "2026-11-25",
    usage: UNKNOWN_USAGE,
  });
  const nothing = costOf([]);
  const figure = (estimate: Estimate = unknown("not said")) =>
    isOpinion ? { estimate, sources: [], isOpinion: true as const } : { estimate, sources: [] };
  return {
    name: "one",
    plan,
    cost: {
      hosting: { ...bill, total: { ...(given.hosting ?? bill.total), currency: "USD" } },
      ai: nothing,
      people: nothing,
      total: total([]),
    },
    setupHours: figure(given.setupHours),
    upkeepHours: figure(given.upkeepHours),
    brazilMs: figure(given.brazilMs),
    downMinutes: figure(given.downMinutes),
    storeCommands: given.storeCommands ?? unknown("not said"),
  };
}
