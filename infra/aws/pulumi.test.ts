import { secret } from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { deployFleet, deployNetwork, deployStore, stackResources } from "../deploy.ts";
import { parityStacks } from "../dev/parity/stacks.ts";
import { AnyResource, AnyStore, registering } from "../engine-fixture.ts";
import type { StackPlan } from "../plan.ts";
import type { Graph } from "./graph.ts";

/** Nothing else looks like a secret of these tests. */
const SECRET_TEXT = "not-to-be-seen";

const plans = Object.entries(await parityStacks());

/** What the program for a stack on AWS tells the engine of it; a store that is elsewhere is any. */
async function deployed(plan: StackPlan, { preview = false } = {}) {
  const { registered } = await registering(
    plan.stack,
    async () => {
      const all = {
        ...stackResources(plan.stack, "/home/of/the/test", {}),
        dependsOn: [new AnyResource("binding")],
        secret: (name: string) => secret(`${SECRET_TEXT} ${name}`),
      };
      const resources = await deployNetwork(plan.networks, all);
      const store =
        plan.store.kind === "elasticache"
          ? await deployStore(plan.store, resources)
          : { urlFrom: () => new AnyStore("store").url };
      await Promise.all(plan.fleets.map((fleet) => deployFleet(fleet, { ...resources, store })));
    },
    { preview },
  );
  return {
    registered,
    own: registered.filter(({ type }) => type.startsWith("aws:") && !type.startsWith("aws:any:")),
  };
}

/** All that has a graph at AWS. */
function nodesOf({ networks, store, fleets }: StackPlan): Graph {
  const rooms = [...networks, store, ...fleets] as readonly { readonly resources?: Graph }[];
  return rooms.flatMap(({ resources = [] }) => resources);
}

type Deployed = Awaited<ReturnType<typeof deployed>>;

describe.each(plans)("%s", (_name, plan) => {
  let registered: Deployed["registered"];
  let own: Deployed["own"];

  beforeAll(async () => {
    ({ registered, own } = await deployed(plan));
  });

  test("each node of the plan is a resource, and there is no other", () => {
    expect(own.map(({ name }) => name)).toEqual(
      nodesOf(plan)
        .map(({ name }) => name)
        .toSorted(),
    );
  });

  test("the plan's own provider makes all of it, once the stack is known to be on its store", () => {
    const [provider, ...others] = registered.filter(({ type }) => type === "pulumi:providers:aws");
    expect(others).toEqual([]);
    expect(own.filter((resource) => resource.provider !== provider?.name)).toEqual([]);
    expect(own.filter(({ dependencies }) => !dependencies.includes("binding"))).toEqual([]);
  });

  test("what comes after something else waits for it", () => {
    const dependencies = new Map(own.map((resource) => [resource.name, resource.dependencies]));
    const ordered = nodesOf(plan).filter(({ after }) => after !== undefined);
    expect(ordered.length).toBeGreaterThan(0);
    for (const { name, after = [] } of ordered)
      expect(dependencies.get(name)).toEqual(expect.arrayContaining([...after]));
  });

  test("no secret is to be seen", () => {
    expect(registered.some(({ secrets }) => secrets.includes(SECRET_TEXT))).toBe(true);
    expect(JSON.stringify(registered.map(({ inputs }) => inputs))).not.toContain(SECRET_TEXT);
  });

  test("only what holds the data is protected, and only in production", () => {
    const isProtected = own.filter(({ protect }) => protect).map(({ name }) => name);
    expect(isProtected).toEqual(plan.production && plan.store.kind === "elasticache" ? ["store"] : []);
  });

  test("a preview tells the engine of the same", async () => {
    const told = ({ own: resources }: Pick<Deployed, "own">) =>
      resources.map(({ type, name, dependencies, protect }) => ({ type, name, dependencies, protect }));
    expect(told(await deployed(plan, { preview: true }))).toEqual(told({ own }));
  });
});
