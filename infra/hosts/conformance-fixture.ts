import fc from "fast-check";
import { expect } from "vitest";
import { withoutEntry } from "../compare/cost/priced-fixture.ts";
import { frozen, showsSecret, stacksOn, type Given } from "../configs-fixture.ts";
import { deployNetwork, stackResources } from "../deploy.ts";
import { ANY_STORE_URL, AnyStore, noting, registering } from "../engine-fixture.ts";
import type { FleetPlan, Host } from "../host.ts";
import { planStack } from "../plan.ts";
import { DEPLOYMENT_SECRETS, DEPLOYMENT_SETTINGS, PLANNED_SETTINGS } from "../workload.ts";

/** What every host keeps to; each rejects when it does not. */
export const requirements: Readonly<Record<string, (host: Host) => void | Promise<void>>> = {
  "says what it cannot do": (host) => {
    expect(host.cannot.filter((reason) => !/\S \S/.test(reason))).toEqual([]);
  },

  "its plan is data, the same for the same stack, and changes nothing it is made of": (host) =>
    forEveryPlan(host, (plan, { config, parts, registry }) => {
      expect(JSON.parse(JSON.stringify(plan))).toStrictEqual(plan);
      expect(planned({ config: frozen(config), parts: frozen(parts), registry })).toStrictEqual(plan);
    }),

  "its plan repeats what the stack says": (host) =>
    forEveryPlan(host, (plan, { config, parts }) => {
      const [[name, fleet] = []] = Object.entries(config.fleets);
      const { region, size, share } = { ...fleet };
      const image = parts.image.reference;
      expect(plan).toMatchObject({ name, host: host.name, region, size, share, image });
    }),

  "its plan holds no secret, only where each one is found": (host) =>
    forEveryPlan(host, ({ processes, ...others }, { config }) => {
      expect(showsSecret({ processes, others })).toBe(false);
      const secrets = Object.keys(config.secrets)
        .filter((name) => !(name in DEPLOYMENT_SECRETS))
        .map((name) => [name, { secret: name }]);
      const places = { ...Object.fromEntries(secrets), REDIS_URL: { store: "url" } };
      for (const { environment } of processes) {
        const elsewhere = Object.entries(environment).filter(([, value]) => typeof value !== "string");
        expect(Object.fromEntries(elsewhere)).toEqual(places);
      }
    }),

  "a process has time to drain before it is killed": (host) =>
    forEveryPlan(host, ({ drainSeconds, graceSeconds, processes }, { parts: { workload } }) => {
      expect(drainSeconds).toBeGreaterThanOrEqual(1);
      expect(drainSeconds).toBeLessThanOrEqual(workload.drainSeconds);
      expect(graceSeconds - drainSeconds).toBeGreaterThanOrEqual(workload.drainMarginSeconds);
      expect(graceSeconds).toBeLessThanOrEqual(host.maxGraceSeconds);
      for (const { environment } of processes) expect(environment["DRAIN_SECONDS"]).toBe(`${drainSeconds}`);
    }),

  "its processes have every role between them, once": (host) =>
    forEveryPlan(host, ({ processes }, { parts: { workload } }) => {
      const roles = processes.map(({ role }) => role);
      expect([["all"], workload.roles.toSorted()]).toContainEqual(roles.toSorted());
      expect(processes.map(({ environment }) => environment["OXY_ROLE"])).toEqual(roles);
      expect(new Set(processes.map(({ name }) => name)).size).toBe(processes.length);
    }),

  "each process gets the stack's settings, and those that only the deployment makes": (host) =>
    forEveryPlan(host, ({ processes }, { config, parts }) => {
      const [fleet] = Object.keys(config.fleets);
      const own = { ...config.environment, OXY_FLEET: fleet, OXY_NAMESPACE: parts.stack };
      const sources = [{ NODE_ENV: "" }, config.environment, config.secrets, PLANNED_SETTINGS];
      const names = sources
        .flatMap((source) => Object.keys(source))
        .filter((name) => !(name in DEPLOYMENT_SECRETS));
      for (const { environment } of processes) {
        expect(environment).toMatchObject(own);
        expect(Object.keys(environment)).toEqual(expect.arrayContaining(names));
        const more = Object.keys(environment).filter((name) => !names.includes(name));
        expect(Object.keys(DEPLOYMENT_SETTINGS)).toEqual(expect.arrayContaining(more));
      }
    }),

  "its bill asks for what the catalogue has, and is data": (host) =>
    forEveryPlan(host, (plan) => {
      const bill = host.price(plan);
      expect(JSON.parse(JSON.stringify(bill))).toStrictEqual(bill);
      expect(bill).not.toEqual([]);
      expect(withoutEntry(bill)).toEqual([]);
    }),

  "its resources follow from the plan, whoever deploys it and however often": async (host) => {
    const { plan, ready, registered, shared } = await deployed(host);
    const names = registered.map(({ name }) => name).filter((name) => !shared.includes(name));
    expect(names).toEqual(expect.arrayContaining(plan.processes.map(({ name }) => `${plan.name}-${name}`)));
    expect(names.filter((name) => name !== plan.name && !name.startsWith(`${plan.name}-`))).toEqual([]);
    expect(ready).toBeGreaterThan(0);
    expect((await deployed(host)).registered).toEqual(registered);
  },

  "its processes wait for the store": async (host) => {
    const { plan, registered } = await deployed(host);
    const waitsFor = (name: string): readonly string[] => {
      const direct = registered.find((resource) => resource.name === name)?.dependencies ?? [];
      return [...direct, ...direct.flatMap(waitsFor)];
    };
    for (const process of plan.processes) expect(waitsFor(`${plan.name}-${process.name}`)).toContain("store");
  },

  "its resources get the store's address and the secrets, and as secrets": async (host) => {
    const { given, registered } = await deployed(host);
    const visible = registered.map(({ inputs }) => inputs);
    expect(showsSecret(visible)).toBe(false);
    expect(JSON.stringify(visible)).not.toContain(ANY_STORE_URL);
    const hidden = registered.map(({ secrets }) => secrets).join("\n");
    const secrets = Object.entries(given.config.secrets).filter(([name]) => !(name in DEPLOYMENT_SECRETS));
    const values = [ANY_STORE_URL, ...secrets.map(([, value]) => value)];
    expect(values.filter((value) => !hidden.includes(value))).toEqual([]);
  },

  "its resources name the image, so that no change of it goes unnoticed": async (host) => {
    const { plan, registered } = await deployed(host);
    const textsBefore = JSON.stringify(registered).split(plan.image).slice(0, -1);
    // Its worker is told, too: that alone starts nothing anew everywhere.
    expect(textsBefore.filter((text) => !/OXY_IMAGE\W*(value\W*)?$/.test(text))).not.toEqual([]);
  },

  "its resources can be previewed before there is a store": async (host) => {
    const { registered } = await deployed(host);
    const previewed = await deployed(host, { preview: true });
    expect(previewed.registered.map(({ name }) => name)).toEqual(registered.map(({ name }) => name));
  },

  "answers an operator": async (host) => {
    const { operations } = await host.operations();
    expect(operations).toEqual({ status: expect.any(Function), logs: expect.any(Function) });
  },
};

function forEveryPlan(host: Host, holds: (plan: FleetPlan, given: Given) => void): void {
  fc.assert(fc.property(stacksOn(host), (given) => holds(planned(given), given)));
}

function planned({ config, parts, registry }: Given): FleetPlan {
  const [fleet] = planStack(config, parts, registry).fleets;
  if (fleet === undefined) throw new Error("the plan has no fleet");
  return fleet;
}

/** What the fleet's own part of the program registers for one stack, and how many of them say that it is ready. */
async function deployed(host: Host, { preview = false }: { readonly preview?: boolean } = {}) {
  const [given] = fc.sample(stacksOn(host), { numRuns: 1, seed: 4 });
  if (given === undefined) throw new Error(`there is no valid stack on host ${host.name}`);
  const { config, parts } = given;
  const plan = planned(given);
  const { networks } = planStack(given.config, given.parts, given.registry);
  const { deployFleet } = await host.deployment();
  const shared: string[] = [];
  const { result, registered } = await registering(
    parts.stack,
    async () => {
      const all = noting(stackResources(parts.stack, "/home/of/the/test", config.secrets), shared);
      const resources = await deployNetwork(networks, all);
      shared.push(...(resources.network?.resources.keys() ?? []));
      return deployFleet(plan, { ...resources, store: { urlFrom: () => new AnyStore("store").url } });
    },
    { preview },
  );
  const own = registered.filter(({ type }) => !/^(pulumi:|any:)/.test(type));
  return { given, plan, ready: result.processes.length, registered: own, shared };
}
