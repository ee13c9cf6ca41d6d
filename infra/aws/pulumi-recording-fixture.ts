import { output } from "@pulumi/pulumi";
import type { Recorded } from "../dev/parity/compare.ts";
import { deployFleet, deployNetwork, deployStore, stackResources } from "../deploy.ts";
import { registering, type Registered } from "../engine-fixture.ts";
import type { StackPlan } from "../plan.ts";
import type { StackResources, StoreDeployment } from "../stack-resources.ts";

/** What the program for a stack on AWS registers there, without an engine; documents in JSON are what is in them. */
export async function recordedByPulumi(plan: StackPlan): Promise<readonly Recorded[]> {
  const { registered } = await registering(plan.stack, () => deployAll(plan), { revealing: true });
  return registered.filter(({ type }) => type.startsWith("aws:")).map(recorded);
}

async function deployAll(plan: StackPlan): Promise<void> {
  const all: Omit<StackResources, "store"> = {
    ...stackResources(plan.stack, "/home/of/the/test", {}),
    secret: (name) => output(`«secret ${name}»`),
  };
  const resources = await deployNetwork(plan.networks, all);
  const store = await storeOf(plan, resources);
  await Promise.all(plan.fleets.map((fleet) => deployFleet(fleet, { ...resources, store })));
}

/** One that is not at AWS is none of its business, but for its address. */
async function storeOf(
  { store }: Pick<StackPlan, "store">,
  resources: Omit<StackResources, "store">,
): Promise<StoreDeployment> {
  if (store.kind === "elasticache") return deployStore(store, resources);
  return { urlFrom: () => output("«store url»") };
}

function recorded({ type, name, inputs }: Registered): Recorded {
  return { type, name, properties: withDocuments(inputs) as object };
}

function withDocuments(value: unknown): unknown {
  if (typeof value === "string") return documentIn(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((inside) => withDocuments(inside));
  return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, withDocuments(inside)]));
}

function documentIn(text: string): unknown {
  return /^[{[]/.test(text) ? (JSON.parse(text) as unknown) : text;
}
