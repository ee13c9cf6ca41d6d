import { describe, expect, test } from "vitest";
import type { StackPlan } from "../../plan.ts";
import { catalogueWith } from "../cost/catalogue-fixture.ts";
import { planWith } from "../cost/plan-fixture.ts";
import { known, type Range } from "../estimate.ts";
import { UNKNOWN_USAGE, type Usage } from "../usage.ts";
import { availabilityOfPlan, type AvailabilityParts } from "./target.ts";

const DAY = "2026-11-25";
const FACTS: Readonly<Record<string, number | Range | null>> = {
  "fly/sla/machines": 99.9,
  "render/sla/services": null,
  "render/sla/key-value": null,
  "railway/sla/services": null,
  "upstash/sla/database": 99.99,
  "aws/sla/fargate-multi-az": 99.99,
  "aws/sla/fargate-single": 99.5,
  "aws/sla/elasticache-multi-az": 99.99,
  "aws/sla/elasticache-single": null,
  "oxy/failover/standard/sigterm-seconds": { low: 0.02, high: 0.6 },
  "oxy/failover/standard/sigkill-seconds": { low: 15, high: 19 },
  "oxy/failover/standard/frozen-seconds": { low: 11, high: 18 },
  "oxy/failover/fast-failover/sigterm-seconds": { low: 0.1, high: 0.5 },
  "oxy/failover/fast-failover/sigkill-seconds": { low: 3, high: 3.6 },
  "oxy/failover/fast-failover/frozen-seconds": { low: 2.8, high: 3.8 },
};
const catalogue = catalogueWith({ facts: FACTS });

const UPSTASH = { kind: "upstash", region: "sa-east-1", plan: "250mb" };
const FLY = { host: "fly", region: "gru", size: "shared-1x-512mb", services: "one", instances: 2 };
const RENDER = { host: "render", region: "oregon", size: "starter", services: "two" };
const AWS = { host: "ecs-fargate", region: "us-east-1", preset: "recommended" };
const CACHE = { kind: "elasticache", region: "us-east-1", preset: "recommended" };

const aws = planWith(CACHE, AWS);

function availabilityOf(plan: StackPlan, more: Partial<AvailabilityParts> = {}) {
  return availabilityOfPlan(plan, { catalogue, day: DAY, usage: UNKNOWN_USAGE, ...more });
}

describe("what is promised", () => {
  test("of two zones on AWS is 99.98%, and keeps 99.9%", () => {
    const { promised, verdict, downMinutes, parts } = availabilityOf(aws);
    expect(promised).toMatchObject({ kind: "promised", low: expect.closeTo(99.980001, 6) });
    expect(verdict).toBe("kept");
    expect(downMinutes.estimate.kind).toBe("known");
    expect(parts.map(({ sources }) => sources)).toEqual([
      ["aws/sla/fargate-multi-az"],
      ["aws/sla/elasticache-multi-az"],
    ]);
  });

  test("of AWS is that of several zones where its network has them, and each process two tasks at the least", () => {
    const [network] = aws.networks;
    const [fleet] = aws.fleets;
    if (network === undefined || fleet === undefined) throw new Error("no network, or no fleet");
    const claimed = (plan: StackPlan) => availabilityOf(plan).parts[0]?.sources;
    expect(claimed(aws)).toEqual(["aws/sla/fargate-multi-az"]);
    const narrow = { ...network, taskSubnets: [{}] };
    expect(claimed({ ...aws, networks: [narrow] })).toEqual(["aws/sla/fargate-single"]);
    const processes = fleet.processes.map((process) => ({
      ...process,
      copies: { least: 1, most: 4 },
    }));
    expect(claimed({ ...aws, fleets: [{ ...fleet, processes }] })).toEqual(["aws/sla/fargate-single"]);
  });

  test("of one task on AWS is 99.5%, which is too little", () => {
    const { parts, verdict } = availabilityOf(
      planWith({ ...UPSTASH, prodPack: true }, { ...AWS, preset: "minimal" }),
    );
    expect(parts[0]).toMatchObject({ promise: { low: 99.5 }, sources: ["aws/sla/fargate-single"] });
    expect(verdict).toBe("not kept");
  });

  test("of one node of ElastiCache is nothing", () => {
    const { promised, verdict } = availabilityOf(planWith({ ...CACHE, preset: "minimal" }, AWS));
    expect(promised).toMatchObject({ kind: "nothing" });
    expect(verdict).toBe("nothing promised");
  });

  test.each<[string, StackPlan, string]>([
    ["Fly", planWith({ ...UPSTASH, prodPack: true }, FLY), "it takes Fly's Enterprise support"],
    ["Upstash", planWith(UPSTASH, AWS), "it takes Upstash's Prod Pack"],
    ["Render", planWith({ ...UPSTASH, prodPack: true }, RENDER), "no percentage of render/sla/services"],
    [
      "Railway",
      planWith(
        { kind: "railway-redis" },
        { host: "railway", region: "us-east4", size: "small", services: "one" },
      ),
      "no percentage of railway/sla/services",
    ],
    ["this machine", planWith({ kind: "local" }, { host: "local" }), "nobody but its owner"],
  ])("of %s is nothing on its usual plan, with the reason", (_who, plan, reason) => {
    const { promised, downMinutes, verdict } = availabilityOf(plan);
    expect(promised.kind).toBe("nothing");
    expect(JSON.stringify(promised)).toContain(reason);
    expect(downMinutes.estimate.kind).toBe("unknown");
    expect(verdict).toBe("nothing promised");
  });

  test("of Fly with Enterprise support and Upstash with Prod Pack is the product of both", () => {
    const usage: Usage = { ...UNKNOWN_USAGE, accounts: { "fly/support": "enterprise" } };
    const { promised, verdict } = availabilityOf(planWith({ ...UPSTASH, prodPack: true }, FLY), { usage });
    expect(promised).toMatchObject({ kind: "promised", low: expect.closeTo(99.89001, 6) });
    // 48.2 minutes: two promises of which each would do are too little together.
    expect(verdict).toBe("not kept");
  });

  test("is unknown where the catalogue says nothing of it on that day", () => {
    const { "aws/sla/elasticache-multi-az": _gone, ...facts } = FACTS;
    const { promised, verdict } = availabilityOf(aws, { catalogue: catalogueWith({ facts }) });
    expect(promised).toEqual({
      kind: "unknown",
      because: [`no fact aws/sla/elasticache-multi-az on ${DAY}`],
    });
    expect(verdict).toBe("unknown");
  });
});

describe("what releases and deaths take", () => {
  const events = { releases: known(10), deaths: known(2) };

  test("is what a take-over was measured to take, as often as they happen", () => {
    const { gaps, gapMinutes, downMinutes } = availabilityOf(planWith(UPSTASH, FLY), { events });
    expect(gaps.map(({ what, seconds }) => [what, seconds])).toEqual([
      ["release", { kind: "known", low: 0.02, high: 0.6 }],
      ["death", { kind: "known", low: 11, high: 19 }],
    ]);
    expect(downMinutes.sources).toEqual([
      "fly/sla/machines",
      "upstash/sla/database",
      "oxy/failover/standard/sigterm-seconds",
      "oxy/failover/standard/sigkill-seconds",
      "oxy/failover/standard/frozen-seconds",
    ]);
    expect(gapMinutes).toMatchObject({
      low: expect.closeTo((10 * 0.02 + 2 * 11) / 60, 9),
      high: expect.closeTo((10 * 0.6 + 2 * 19) / 60, 9),
    });
  });

  test("is the same with a volume: what that loses is no gap, since the machine with another one is there before", () => {
    const [kept] = availabilityOf(planWith(UPSTASH, { ...FLY, volumeGb: 1 }), { events }).gaps;
    expect(kept).toMatchObject({ what: "release", seconds: { kind: "known", low: 0.02, high: 0.6 } });
    expect(kept?.how).toContain("volume");
  });

  test("is less with a shorter lease", () => {
    const usage: Usage = { ...UNKNOWN_USAGE, profile: "fast-failover" };
    const { gaps } = availabilityOf(planWith(UPSTASH, FLY), { events, usage });
    expect(gaps[1]?.seconds).toEqual({ kind: "known", low: 2.8, high: 3.8 });
  });

  test("is the host's own figure once somebody measured it", () => {
    const usage: Usage = {
      ...UNKNOWN_USAGE,
      measured: { "oxy/release/gap-ms/fly": { low: 800, high: 1_200 } },
    };
    const { gaps } = availabilityOf(planWith(UPSTASH, FLY), { events, usage });
    expect(gaps[0]).toMatchObject({
      seconds: { kind: "known", low: 0.8, high: 1.2 },
      sources: ["oxy/release/gap-ms/fly"],
    });
  });

  test("of a process that is alone is unknown: nobody waits to take over", () => {
    const { gaps, gapMinutes } = availabilityOf(planWith(UPSTASH, { ...FLY, instances: 1 }), { events });
    expect(gaps[1]?.seconds).toMatchObject({ kind: "unknown" });
    expect(gapMinutes).toMatchObject({ kind: "unknown", atLeast: expect.closeTo(0.2 / 60, 9) });
  });

  test("is nothing of what only serves HTTP", () => {
    const { gaps } = availabilityOf(planWith(UPSTASH, RENDER), { events });
    expect(gaps.map(({ of }) => of)).toEqual(["main worker", "main worker"]);
  });

  test("is never less the more often they happen", () => {
    const at = (count: number) =>
      availabilityOf(planWith(UPSTASH, FLY), { events: { releases: known(count), deaths: known(count) } })
        .gapMinutes;
    const [few, many] = [at(1), at(100)];
    if (few.kind === "unknown" || many.kind === "unknown") throw new Error("expected them known");
    expect(many.low).toBeGreaterThan(few.low);
    expect(many.high).toBeGreaterThan(few.high);
  });

  test("may break a promise by itself", () => {
    const often = { releases: known(0), deaths: known(300) };
    expect(availabilityOf(aws, { events: often }).verdict).toBe("not kept");
  });
});

test("two fleets keep a promise that neither of them keeps alone, if the store does", () => {
  const one = planWith({ ...UPSTASH, prodPack: true }, { ...AWS, preset: "minimal" });
  const [fleet] = one.fleets;
  if (fleet === undefined) throw new Error("no fleet");
  const two = { ...one, fleets: [fleet, { ...fleet, name: "second" }] };
  expect(availabilityOf(one).verdict).toBe("not kept");
  expect(availabilityOf(two).verdict).toBe("kept");
  expect(availabilityOf(two).assumptions.join()).toContain("independently");
});

test("a stack whose fleets have no work promises nothing", () => {
  const [fleet] = aws.fleets;
  if (fleet === undefined) throw new Error("no fleet");
  const idle = { ...aws, fleets: [{ ...fleet, share: 0 }] };
  expect(availabilityOf(idle).promised).toEqual({ kind: "nothing", because: ["no fleet has work"] });
});
