import { describe, expect, test } from "vitest";
import { hosts } from "../../hosts.ts";
import { docOf } from "../../stack-config/field.ts";
import { stores } from "../../stores.ts";
import { catalogueWith } from "../cost/catalogue-fixture.ts";
import { planWith } from "../cost/plan-fixture.ts";
import { lowestOf, type Estimate, type Known, type Range } from "../estimate.ts";
import { UNKNOWN_USAGE, type Usage } from "../usage.ts";
import { rttId } from "./latency.ts";
import { isSamePlace, placeOf } from "./places.ts";
import { capacityOfPlan, type FleetCapacity } from "./target.ts";

const DAY = "2026-11-25";
const FACTS: Readonly<Record<string, number | Range | null>> = {
  "rtt/sao-paulo/sao-paulo": { low: 0, high: 3 },
  "rtt/sao-paulo/virginia": { low: 118, high: 119 },
  "rtt/oregon/oregon": { low: 0, high: 10 },
  "rtt/oregon/sao-paulo": 183,
  "ai-speed/any/answer-seconds": { low: 2, high: 5 },
  "ai-speed/gpt-4o/tokens-second": { low: 32, high: 63 },
  "oxy/message/cpu-ms": { low: 4, high: 10 },
  "processor/fly/shared": { low: 0.0625, high: 1 },
  "processor/render/starter": 0.5,
};
const catalogue = catalogueWith({ facts: FACTS });

const UPSTASH = { kind: "upstash", region: "sa-east-1", plan: "250mb" };
const FLY = { host: "fly", region: "gru", size: "shared-1x-512mb", services: "one", instances: 2 };
const near = planWith(UPSTASH, FLY);
const far = planWith({ ...UPSTASH, region: "us-east-1" }, FLY);

function usageOf(messages: number, more: Partial<Usage> = {}): Usage {
  return { ...UNKNOWN_USAGE, messages: { low: messages, high: messages }, ...more };
}

function capacityOf(plan = near, usage = usageOf(500_000), facts = catalogue): FleetCapacity {
  const [fleet] = capacityOfPlan(plan, { catalogue: facts, day: DAY, usage }).fleets;
  if (fleet === undefined) throw new Error("no fleet has work");
  return fleet;
}

function knownOf(estimate: Estimate): Known {
  if (estimate.kind === "unknown") throw new Error(`expected it known, got ${estimate.because.join()}`);
  return estimate;
}

describe("a target", () => {
  test("answers the faster the nearer its store is: by 8 round trips", () => {
    const [here, there] = [near, far].map((plan) => knownOf(capacityOf(plan).reply.p50));
    expect((there?.low ?? 0) - (here?.low ?? 0)).toBeGreaterThan(8 * 118 * 0.9);
    expect((there?.low ?? 0) - (here?.low ?? 0)).toBeLessThan(8 * 118 * 1.2);
  });

  test("has a range for everything that it has a range for", () => {
    const { reply, parts, saturation, busiest } = capacityOf();
    for (const estimate of [reply.p50, reply.p95, reply.p99, parts.store, saturation])
      expect(knownOf(estimate).high).toBeGreaterThan(knownOf(estimate).low);
    expect(knownOf(busiest).low).toBeGreaterThan(500_000 / 30.42 / 86_400);
  });

  test("is the same each time, and another under another seed", () => {
    expect(capacityOf()).toEqual(capacityOf());
    const other = capacityOfPlan(near, { catalogue, day: DAY, usage: usageOf(500_000), seed: 2 });
    expect(other.fleets[0]).not.toEqual(capacityOf());
  });

  test("takes what its processes are told", () => {
    const told = planWith(UPSTASH, FLY);
    const [fleet] = told.fleets;
    if (fleet === undefined) throw new Error("no fleet");
    const processes = fleet.processes.map((process) => ({
      ...process,
      environment: { ...process.environment, OXY_CONCURRENCY: "5", OXY_REPLY_OBJECTIVE_MS: "4000" },
    }));
    const five = capacityOf({ ...told, fleets: [{ ...fleet, processes }] });
    expect(five).toMatchObject({ concurrency: 5, objectiveMs: 4_000 });
    expect(knownOf(five.saturation).high).toBeCloseTo((2 * 5) / 3.5, 1);
    expect(knownOf(capacityOf().saturation).high).toBeCloseTo((2 * 50) / 3.5, 1);
  });

  test("is held up by a processor that is shared: by what of it is its own, at its worst", () => {
    const { saturation, bottleneck } = capacityOf();
    // Of each of two, 62.5 ms of each second, at 10 ms a message.
    expect(knownOf(saturation).low).toBeCloseTo(12.5, 6);
    expect(bottleneck).toBe("processor");
  });

  test("answers twice as much with two processes, which share the numbers", () => {
    const one = planWith(UPSTASH, { ...FLY, instances: 1 });
    const alone = capacityOf(one);
    const two = capacityOf();
    expect(alone.processes).toEqual({ low: 1, high: 1 });
    expect(two.processes).toEqual({ low: 2, high: 2 });
    for (const end of ["low", "high"] as const)
      expect(knownOf(two.saturation)[end]).toBeCloseTo(2 * knownOf(alone.saturation)[end], 6);
    const { assumptions } = capacityOfPlan(one, { catalogue, day: DAY, usage: usageOf(1) });
    expect(assumptions.join()).toContain("The processes of a fleet share the numbers");
  });

  test("that more is asked of than it can answer has no reply time", () => {
    const { reply, lateShare, burst, neededProcesses, utilisation } = capacityOf(near, usageOf(100_000_000));
    for (const estimate of [reply.p50, reply.p95, lateShare, burst.goneAfterSeconds]) {
      expect(estimate.kind).toBe("unknown");
      expect(JSON.stringify(estimate)).toContain("more arrives than it can answer");
    }
    expect(knownOf(utilisation).high).toBe(1);
    // 58 a second at 14.3 or 6.25 each.
    expect(knownOf(neededProcesses)).toMatchObject({ low: 5, high: 10 });
  });

  test("is the faster the faster its model writes, and the assumption is said", () => {
    const ai = {
      model: "gpt-4o",
      inputTokens: { low: 1_000, high: 1_000 },
      outputTokens: { low: 100, high: 100 },
      cachedShare: { low: 0, high: 0 },
    };
    const { parts } = capacityOf(near, usageOf(10_000, { ai }));
    // 100 tokens at 63 to 32 a second, and slow ones.
    expect(knownOf(parts.ai).low).toBeGreaterThan(1_580);
    expect(knownOf(parts.ai).high).toBeLessThan(3_300);
    const usage = usageOf(10_000, { ai: { ...ai, model: "gpt-99" } });
    const { assumptions } = capacityOfPlan(near, { catalogue, day: DAY, usage });
    expect(assumptions.join()).toContain("How fast gpt-99 writes is not in the catalogue");
  });

  test("is full the sooner the fewer numbers its messages are of, and says how many it takes where nobody said", () => {
    const one = usageOf(1_000, { sessions: { low: 1, high: 1_000 } });
    // One number, which stores a message in 119 ms.
    expect(knownOf(capacityOf(far, one).saturation).low).toBeCloseTo(1_000 / 119, 6);
    const said = (usage: Usage) => capacityOfPlan(far, { catalogue, day: DAY, usage }).assumptions.join();
    expect(said(one)).not.toContain("WhatsApp numbers are assumed");
    expect(said(usageOf(1))).toContain("50 WhatsApp numbers are assumed");
  });

  test("computes as long as somebody measured, before what is said", () => {
    const measured = { "oxy/message/cpu-ms": { low: 20, high: 20 } };
    // Of each of two, 62.5 ms of each second.
    expect(knownOf(capacityOf(near, usageOf(1_000, { measured })).saturation).low).toBeCloseTo(6.25, 6);
  });

  test("has a mean reply that is the AI's time almost alone, where next to nobody writes", () => {
    const { parts } = capacityOf(near, usageOf(3_000));
    expect(knownOf(parts.ai).low).toBeGreaterThan(3_000);
    expect(knownOf(parts.waiting).low).toBeLessThan(500);
    expect(knownOf(parts.store).high).toBeCloseTo(8 * 3, 6);
  });

  test("is measured from São Paulo", () => {
    const parts = { catalogue, day: DAY, usage: UNKNOWN_USAGE };
    expect(capacityOfPlan(near, parts).brazilMs).toMatchObject({ estimate: { low: 0, high: 3 } });
    const [fleet] = near.fleets;
    if (fleet === undefined) throw new Error("no fleet");
    // One that has no work answers nobody.
    const idle = { ...fleet, region: "cdg", share: 0 };
    expect(capacityOfPlan({ ...near, fleets: [fleet, idle] }, parts).brazilMs).toMatchObject({
      estimate: { kind: "known", low: 0, high: 3 },
    });
    const oregon = planWith(
      { ...UPSTASH, region: "us-west-2" },
      { host: "render", region: "oregon", size: "starter", services: "two" },
    );
    expect(capacityOfPlan(oregon, parts).brazilMs).toEqual({
      estimate: { kind: "known", low: 183, high: 183 },
      sources: ["rtt/oregon/sao-paulo"],
    });
  });
});

describe("what is not known stays unknown", () => {
  test("a processor that nobody knows, or a message's share of it, is said to hold nobody up", () => {
    const said = (facts: typeof FACTS) =>
      capacityOfPlan(near, { catalogue: catalogueWith({ facts }), day: DAY, usage: usageOf(1_000) });
    const sentence =
      "How much a process on fly may compute, or what a message takes of it, is not known: nobody is assumed to wait for it.";
    expect(said(FACTS).assumptions).not.toContain(sentence);
    for (const id of ["processor/fly/shared", "oxy/message/cpu-ms"]) {
      const { [id]: _gone, ...facts } = FACTS;
      const { assumptions, fleets } = said(facts);
      expect(assumptions.filter((each) => each === sentence)).toHaveLength(1);
      expect(fleets[0]?.bottleneck).not.toBe("processor");
    }
  });

  test("without messages there is no reply time, and still a limit", () => {
    const { reply, busiest, saturation } = capacityOf(near, UNKNOWN_USAGE);
    expect(reply.p95).toMatchObject({ kind: "unknown", because: ["messages a month"] });
    expect(busiest.kind).toBe("unknown");
    expect(saturation.kind).toBe("known");
  });

  test.each([
    ["round trip", "rtt/sao-paulo/sao-paulo", "round trip between sao-paulo and sao-paulo"],
    ["speed of the AI", "ai-speed/any/answer-seconds", "how long the AI takes"],
  ])("without the %s nothing is said", (_what, id, reason) => {
    const { [id]: _gone, ...facts } = FACTS;
    for (const incomplete of [facts, { ...facts, [id]: null }]) {
      const capacity = capacityOf(near, usageOf(1_000), catalogueWith({ facts: incomplete }));
      for (const estimate of [capacity.reply.p50, capacity.saturation, capacity.utilisation])
        expect(estimate).toMatchObject({ kind: "unknown", because: [reason] });
      expect(capacity.advice).toBeUndefined();
    }
  });

  test("a round trip that nobody measured is none of 0", () => {
    const paris = planWith(UPSTASH, { ...FLY, region: "cdg" });
    const { storeRttMs, reply } = capacityOf(paris);
    expect(storeRttMs.estimate).toMatchObject({ because: ["round trip between paris and sao-paulo"] });
    expect(lowestOf(reply.p50)).toBe(0);
    expect(reply.p50.kind).toBe("unknown");
  });
});

describe("places", () => {
  test.each(
    Object.entries({ ...hosts, ...stores }).map(([name, { config }]) => [name, config.shape] as const),
  )("every region of %s is on the map", (name, shape) => {
    const region = (shape as Readonly<Record<string, Parameters<typeof docOf>[0]>>)["region"];
    const { choices = ["local"] } = region === undefined ? {} : docOf(region);
    expect(choices.length).toBeGreaterThan(0);
    for (const choice of choices) expect(placeOf(name, choice), choice).toMatch(/^[a-z-]+$/);
  });

  test("are the same under the names of different providers", () => {
    expect(isSamePlace({ kind: "upstash", region: "sa-east-1" }, { host: "fly", region: "gru" })).toBe(true);
    expect(
      isSamePlace({ kind: "upstash", region: "us-east-1" }, { host: "render", region: "virginia" }),
    ).toBe(true);
    expect(isSamePlace({ kind: "upstash", region: "us-east-1" }, { host: "fly", region: "gru" })).toBe(false);
    expect(isSamePlace({ kind: "none", region: "x" }, { host: "neither", region: "x" })).toBe(false);
  });

  test("have one name for a way there and back", () => {
    expect(rttId("virginia", "sao-paulo")).toBe(rttId("sao-paulo", "virginia"));
  });
});
