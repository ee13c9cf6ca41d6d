import fc from "fast-check";
import { expect } from "vitest";
import { withoutEntry } from "../compare/cost/priced-fixture.ts";
import { frozen, showsSecret, stacksWith, type Given } from "../configs-fixture.ts";
import { deployNetwork, stackResources } from "../deploy.ts";
import { noting, registering, type Registered } from "../engine-fixture.ts";
import { planStack } from "../plan.ts";
import type { Store, StorePlan } from "../store.ts";

/** What every store keeps to; each rejects when it does not. */
export const requirements: Readonly<Record<string, (store: Store) => void | Promise<void>>> = {
  "says what it cannot do": (store) => {
    expect(store.cannot.filter((reason) => !/\S \S/.test(reason))).toEqual([]);
  },

  "its plan is data, the same for the same stack, and changes nothing it is made of": (store) =>
    forEveryPlan(store, (plan, { config, parts, registry }) => {
      expect(JSON.parse(JSON.stringify(plan))).toStrictEqual(plan);
      expect(planned({ config: frozen(config), parts: frozen(parts), registry })).toStrictEqual(plan);
    }),

  "its plan says what may be lost, and holds no secret": (store) =>
    forEveryPlan(store, (plan) => {
      expect(plan.kind).toBe(store.kind);
      expect(plan.mayLose).toMatch(/\w+,? \w+/);
      expect(showsSecret(plan)).toBe(false);
    }),

  "is protected in production, and only there": async (store) => {
    for (const production of [true, false]) {
      const { plan, registered } = await deployed(store, { production });
      expect(plan.protected).toBe(production);
      expect(registered.some(({ protect }) => protect)).toBe(production);
    }
  },

  "its bill asks for what the catalogue has, and is data": (store) =>
    forEveryPlan(store, (plan) => {
      const bill = store.price(plan);
      expect(JSON.parse(JSON.stringify(bill))).toStrictEqual(bill);
      expect(withoutEntry(bill)).toEqual([]);
    }),

  "its resources follow from the plan, whoever deploys it and however often": async (store) => {
    const { registered, shared } = await deployed(store);
    const names = registered.map(({ name }) => name).filter((name) => !shared.includes(name));
    expect(names).toContain("store");
    expect(names.filter((name) => !/^store(-|$)/.test(name))).toEqual([]);
    expect((await deployed(store)).registered).toEqual(registered);
  },

  "its resources can be previewed before there is anything": async (store) => {
    const { registered } = await deployed(store, { production: true });
    const { registered: previewed } = await deployed(store, { production: true, preview: true });
    expect(previewed).toEqual(registered.map((resource, index) => asKnownTo(previewed[index], resource)));
  },
};

/** What only another resource knows is not known in a preview yet, wherever it is among the inputs. */
function asKnownTo(previewed: Registered | undefined, resource: Registered): Registered {
  return { ...resource, inputs: asKnownIn(previewed?.inputs, resource.inputs) as Registered["inputs"] };
}

function asKnownIn(previewed: unknown, value: unknown): unknown {
  if (isUnknown(previewed)) return previewed;
  if (typeof value !== "object" || value === null) return value;
  const inside = { ...(previewed as object | undefined) } as Readonly<Record<string, unknown>>;
  if (Array.isArray(value)) return value.map((element, index) => asKnownIn(inside[index], element));
  return Object.fromEntries(
    Object.entries(value).map(([key, element]) => [key, asKnownIn(inside[key], element)]),
  );
}

function isUnknown(value: unknown): boolean {
  return typeof value === "object" && value !== null && "__pulumiUnknown" in value;
}

function forEveryPlan(store: Store, holds: (plan: StorePlan, given: Given) => void): void {
  fc.assert(fc.property(stacksWith(store), (given) => holds(planned(given), given)));
}

function planned({ config, parts, registry }: Given): StorePlan {
  return planStack(config, parts, registry).store;
}

/** What the store's own part of the program registers for one stack. */
export async function deployed(
  store: Store,
  { production = false, preview = false }: { readonly production?: boolean; readonly preview?: boolean } = {},
) {
  const [given] = fc.sample(
    stacksWith(store).filter(({ config }) => config.production === production),
    { numRuns: 1, seed: 4 },
  );
  if (given === undefined) throw new Error(`there is no valid stack with store ${store.kind}`);
  const { stack } = given.parts;
  const { networks, store: plan } = planStack(given.config, given.parts, given.registry);
  const { deployStore } = await store.deployment();
  const shared: string[] = [];
  const { registered } = await registering(
    stack,
    async () => {
      const all = noting(stackResources(stack, "/home/of/the/test", given.config.secrets), shared);
      const resources = await deployNetwork(networks, all);
      shared.push(...(resources.network?.resources.keys() ?? []));
      return deployStore(plan, resources);
    },
    { preview },
  );
  return {
    plan,
    within: networks,
    networks: store.reachableFrom(given.config.store),
    registered: registered.filter(({ type }) => !type.startsWith("pulumi:")),
    shared,
  };
}
