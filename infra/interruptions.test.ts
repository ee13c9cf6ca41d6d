import { describe, expect, test } from "vitest";
import { planWith } from "./compare/cost/plan-fixture.ts";
import { hosts } from "./hosts.ts";
import type { PlannedStep } from "./interruption.ts";
import { interruptionsOf } from "./interruptions.ts";
import { stores } from "./stores.ts";

const upstash = { kind: "upstash", region: "us-east-1", plan: "250mb" };
const fly = { host: "fly", organization: "personal", region: "iad", size: "shared-1x-512mb" };
const render = { host: "render", region: "virginia", size: "starter", services: "two" };
const ecs = { host: "ecs-fargate", region: "us-east-1", preset: "recommended" };

function step(given: Partial<PlannedStep> & { readonly resource: string }): PlannedStep {
  return { operation: "update", type: "oxy:index:Any", properties: ["image"], ...given };
}

describe("an update of a process", () => {
  test.each([
    ["local", planWith({ kind: "local" }, { host: "local" })],
    ["render", planWith(upstash, render)],
    ["fly", planWith(upstash, fly)],
    ["railway", planWith(upstash, { host: "railway", region: "us-east4", services: "two" })],
    ["ecs-fargate", planWith(upstash, ecs)],
  ] as const)("is told by host %s, of every process", (host, plan) => {
    expect(Object.keys(hosts)).toContain(host);
    const processes = plan.fleets[0]?.processes ?? [];
    expect(processes.length).toBeGreaterThan(0);
    for (const { name, role } of processes) {
      const [told, ...others] = interruptionsOf(plan, plan, [step({ resource: `main-${name}` })]);
      expect(others).toEqual([]);
      expect(told?.of).toBe(`main ${name}`);
      expect(told?.effect).toBe(role === "web" ? "none" : "hand-over");
    }
  });

  test("of which a worker at Render is not asked whether it is ready", () => {
    const plan = planWith(upstash, render);
    const how = (name: string) => interruptionsOf(plan, plan, [step({ resource: `main-${name}` })])[0]?.how;
    expect(how("worker")).toContain("which is all that Render asks of a worker");
    expect(how("web")).toContain("60 s after the new one is live");
  });

  test("that makes more of it interrupts nothing, and one that makes fewer hands their numbers over", () => {
    const few = planWith(upstash, { ...fly, instances: 1 });
    const many = planWith(upstash, { ...fly, instances: 3 });
    const steps = [step({ resource: "main-all", properties: ["machines"] })];
    expect(interruptionsOf(few, many, steps)).toMatchObject([{ effect: "none" }]);
    expect(interruptionsOf(many, few, steps)).toMatchObject([
      { effect: "hand-over", how: expect.stringContaining("from 3 to 1 machines") },
    ]);
    const two = planWith(upstash, { ...render, services: "one", instances: 2 });
    const one = planWith(upstash, { ...render, services: "one", instances: 1 });
    const scaled = [step({ resource: "main-all", properties: ["instances", "autoscaling.maxInstances"] })];
    expect(interruptionsOf(two, one, scaled)).toMatchObject([{ effect: "hand-over" }]);
    expect(interruptionsOf(one, two, scaled)).toMatchObject([{ effect: "none" }]);
  });

  test("on Fly deletes the volume of the machine before", () => {
    const before = planWith(upstash, { ...fly, volumeGb: 1 });
    expect(interruptionsOf(before, planWith(upstash, fly), [step({ resource: "main-all" })])).toMatchObject([
      { effect: "loss", how: expect.stringContaining("volume is deleted") },
    ]);
  });

  test("mends what was changed or ended by hand, and says so", () => {
    const plan = planWith({ kind: "local" }, { host: "local" });
    const [told] = interruptionsOf(plan, plan, [step({ resource: "main-all", properties: ["condition"] })]);
    expect(told?.how).toMatch(/^is not as it was deployed; it /);
  });
});

describe("a fleet that moves", () => {
  const before = planWith(upstash, render);
  const after = planWith(upstash, fly);

  test("is told where it ends, once, and with the address that goes", () => {
    const told = interruptionsOf(before, after, [
      step({ operation: "create", resource: "main-app", type: "oxy:index:App" }),
      step({ operation: "create", resource: "main-all" }),
      step({ operation: "update", resource: "main-ready", type: "oxy:index:FleetReady" }),
      step({ operation: "delete", resource: "main-web" }),
      step({ operation: "delete", resource: "main-worker" }),
    ]);
    expect(told.map(({ of, effect }) => [of, effect])).toEqual([
      ["main web", "none"],
      ["main worker", "hand-over"],
    ]);
    expect(told[0]?.how).toContain("goes with its address from render/virginia");
    expect(told[1]?.how).toContain("from render/virginia when those at fly/iad are ready");
  });

  test("goes with all that it had, which is told no more", () => {
    const steps = [step({ operation: "delete", resource: "main-app", type: "oxy:index:App" })];
    expect(interruptionsOf(after, before, steps)).toEqual([]);
  });
});

describe("a store", () => {
  const change = (store: object, to: object, fleet: typeof fly, properties: readonly string[]) =>
    interruptionsOf(planWith(store, fleet), planWith(to, fleet), [step({ resource: "store", properties })]);

  test("on this machine changes while it runs", () => {
    const local = planWith({ kind: "local" }, { host: "local" });
    expect(interruptionsOf(local, local, [step({ resource: "store" })])).toMatchObject([{ effect: "none" }]);
  });

  test("at Upstash is away for seconds at an upgrade, and for how long else is unknown", () => {
    const up = change(upstash, { ...upstash, plan: "1gb" }, fly, ["plan"]);
    expect(up).toMatchObject([
      { of: "store", effect: "pause", how: expect.stringContaining("for 1 to 2 s") },
    ]);
    const [down] = change({ ...upstash, plan: "1gb" }, upstash, fly, ["plan"]);
    expect(down?.how).toContain("for how long is unknown");
    const payg = { ...upstash, plan: "payg" };
    expect(change(payg, upstash, fly, ["plan"])[0]?.how).toContain("for how long is unknown");
    expect(change(payg, payg, fly, ["budget"])).toMatchObject([{ effect: "unknown" }]);
  });

  test("at Render is away for a minute or two, and empty where it was free", () => {
    const store = { kind: "render-key-value", region: "virginia", plan: "starter" };
    const plans = (from: string, to: string) =>
      interruptionsOf(planWith({ ...store, plan: from }, render), planWith({ ...store, plan: to }, render), [
        step({ resource: "store", properties: ["plan"] }),
      ]);
    expect(plans("starter", "standard")).toMatchObject([
      { effect: "pause", how: expect.stringContaining("a minute or two") },
    ]);
    expect(plans("free", "starter")).toMatchObject([{ effect: "loss" }]);
  });

  test("at Railway is redeployed by any change", () => {
    const plan = planWith(
      { kind: "railway-redis" },
      { host: "railway", region: "us-east4", services: "two" },
    );
    const told = interruptionsOf(plan, plan, [step({ resource: "store", properties: ["maxMemoryMb"] })]);
    expect(told).toMatchObject([{ effect: "pause" }]);
  });

  test("at ElastiCache may lose what its only node holds, and with a replica is away for nobody knows how long", () => {
    const with_ = (replicas: number) =>
      planWith({ kind: "elasticache", region: "us-east-1", preset: "minimal", replicas }, ecs);
    const node = [step({ resource: "store", properties: ["nodeType"] })];
    expect(interruptionsOf(with_(0), with_(0), node)).toMatchObject([{ effect: "loss" }]);
    expect(interruptionsOf(with_(1), with_(1), node)).toMatchObject([
      { effect: "pause", how: expect.stringContaining("unknown") },
    ]);
    const told = (properties: readonly string[]) =>
      interruptionsOf(with_(0), with_(0), [step({ resource: "store", properties })]);
    expect(told(["authToken"])).toMatchObject([{ effect: "none" }]);
    expect(told(["snapshotWindow", "snapshotRetentionLimit"])).toMatchObject([{ effect: "none" }]);
    expect(told(["numCacheClusters"])).toMatchObject([{ effect: "unknown" }]);
  });

  test.each(Object.keys(stores))("of kind %s, once deleted or made anew, has lost what it held", (kind) => {
    const plan = planWith({ kind: "local" }, { host: "local" });
    const as = { ...plan, store: { ...plan.store, kind } };
    for (const operation of ["create", "delete", "replace"] as const)
      expect(interruptionsOf(as, as, [step({ operation, resource: "store" })])).toMatchObject([
        { of: "store", effect: "loss" },
      ]);
  });
});

describe("what nobody has tried is unknown", () => {
  const plan = planWith(upstash, ecs);

  test("of a fleet's resources at AWS, but for those that only watch, scale and keep", () => {
    const told = interruptionsOf(plan, plan, [
      step({ resource: "main-tasks-out", operation: "replace" }),
      step({ resource: "main-alarm-silent" }),
      step({ resource: "main-worker-task", operation: "replace" }),
      step({ resource: "main-something-new", operation: "create" }),
    ]);
    expect(told).toMatchObject([{ of: "main-tasks-out", effect: "unknown" }]);
  });

  test("of a network, of which a way out is said to be one", () => {
    const told = interruptionsOf(plan, plan, [
      step({ resource: "network-vpc", operation: "replace" }),
      step({ resource: "network-public-routes" }),
      step({ resource: "network-more", operation: "create" }),
    ]);
    expect(told).toMatchObject([
      { of: "network-vpc", effect: "unknown" },
      {
        of: "network-public-routes",
        effect: "unknown",
        how: expect.stringContaining("a way to the internet"),
      },
    ]);
  });

  test("where a fleet's load balancer goes, nobody reaches it", () => {
    const told = interruptionsOf(plan, plan, [step({ resource: "main-public", operation: "delete" })]);
    expect(told).toMatchObject([{ of: "main-public", effect: "pause" }]);
  });
});
