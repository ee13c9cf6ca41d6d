import { all, Config, runtime, secret, type Output, type Resource } from "@pulumi/pulumi";
import { parseStackConfig, type StackConfig } from "./config.ts";
import type { FleetPlan } from "./host.ts";
import { isOffline } from "./home.ts";
import { hostNamed, hosts } from "./hosts.ts";
import type { NetworkPlan } from "./network.ts";
import { networkNamed } from "./networks.ts";
import { type OperatorAccess, placeOf, type StackPlan } from "./plan.ts";
import { declare, OxyProvider } from "./provider/declare.ts";
import { fleetReady } from "./provider/fleet-ready.ts";
import { release } from "./provider/release.ts";
import { storeBinding } from "./provider/store-binding.ts";
import type { FleetDeployment, StackResources, StoreDeployment } from "./stack-resources.ts";
import type { StorePlan } from "./store.ts";
import { storeNamed, stores } from "./stores.ts";
import type { Usage } from "./compare/usage.ts";
import { judged, OverBudget } from "./monthly-cost/budget.ts";
import { monthlyCostOf } from "./monthly-cost/monthly-cost.ts";
import type { StackCost } from "./monthly-cost/stack-cost.ts";

/** In Pulumi's JavaScript, but not in its types. */
const { isConfigSecret } = runtime as unknown as { isConfigSecret(key: string): boolean };

/** What a command deploys or previews in place of what the stack's config says, and what it wants to know. */
export interface Instead {
  readonly image?: string | undefined;
  /** Secrets that it has not yet: each stands for one that will be made. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Whether it may cost more than its budget. */
  readonly overBudget?: boolean;
  /** Told what is going to be deployed, before anything is. */
  readonly planned?: (planned: Planned) => Promise<void>;
}

/** What is going to be deployed, and what its cost is counted with. */
export interface Planned {
  readonly plan: StackPlan;
  readonly usage: Usage | undefined;
}

/** For what is there to be seen from here: beats of a heartbeat, and a service that wakes up. In s. */
const JOIN_SECONDS = 30;

/**
 * The stack's config, as Pulumi gives it to the program.
 * @throws InvalidStackConfig
 */
export function stackConfig(project: string, stack: string, instead: Instead = {}): StackConfig {
  const configured: Readonly<Record<string, string>> = runtime.allConfig();
  const key = { image: `${project}:image`, secrets: `${project}:secrets` };
  const { image = configured[key.image], secrets = {} } = instead;
  const given = {
    ...configured,
    ...(image === undefined ? {} : { [key.image]: image }),
    ...(Object.keys(secrets).length === 0
      ? {}
      : { [key.secrets]: withMore(configured[key.secrets], secrets) }),
  };
  // Where there is none yet, those that stand in are not in clear either.
  const isSecret = (name: string): boolean =>
    isConfigSecret(name) || (name === key.secrets && configured[name] === undefined);
  return parseStackConfig(given, project, { stack, hosts, stores, isSecret, offline: isOffline() });
}

/** What is there goes before, and what cannot be read is left to whoever says so. */
function withMore(json: string | undefined, more: Readonly<Record<string, string>>): string {
  if (json === undefined || json === "") return JSON.stringify(more);
  if (!json.startsWith("{")) return json;
  return JSON.stringify({ ...more, ...(JSON.parse(json) as object) });
}

/** What everything is made with, before there is a store. */
export function stackResources(
  stack: string,
  home: string,
  secrets: Readonly<Record<string, string>>,
): Omit<StackResources, "store"> {
  const shared = new Map<string, Resource>();
  return {
    stack,
    provider: new OxyProvider("oxy", { home, ...providerCredentials() }),
    dependsOn: [],
    shared<Kind extends Resource>(name: string, declared: () => Kind): Kind {
      const resource = (shared.get(name) as Kind | undefined) ?? declared();
      shared.set(name, resource);
      return resource;
    },
    secret(name) {
      const value = secrets[name];
      if (value === undefined) throw new Error(`the plan asks for ${name}, which the stack's config has not`);
      return secret(value);
    },
  };
}

/** Before anything else: what belongs to another store is neither created nor deleted. */
export function bindStore(
  { identity }: StorePlan,
  resources: Omit<StackResources, "store">,
): Omit<StackResources, "store"> {
  const { stack, provider } = resources;
  const binding = declare(storeBinding, "store-binding", { stack, store: identity }, { provider });
  return { ...resources, dependsOn: [binding] };
}

/** `pulumi config set --secret oxy:credentials '{"RENDER_API_KEY": …}'`, for whom the environment is no place. */
function providerCredentials(): { readonly credentials?: Output<Readonly<Record<string, string>>> } {
  // They are those of an account, which a rehearsal has none of.
  if (isOffline()) return {};
  const credentials = new Config("oxy").getSecretObject<Record<string, string>>("credentials");
  return credentials === undefined ? {} : { credentials };
}

/** Before what is put into it. A stack of this version has one at the most: it has one fleet. */
export async function deployNetwork(
  [plan]: readonly NetworkPlan[],
  resources: Omit<StackResources, "store" | "network">,
): Promise<Omit<StackResources, "store">> {
  if (plan === undefined) return resources;
  const mapping = await networkNamed(plan.kind).deployment();
  return { ...resources, network: mapping.deployNetwork(plan, resources) };
}

/** Its address holds a password: secret, whatever the provider made of it. */
export async function deployStore(
  plan: StorePlan,
  resources: Omit<StackResources, "store">,
): Promise<StoreDeployment> {
  const mapping = await storeNamed(plan.kind).deployment();
  const store = mapping.deployStore(plan, resources);
  return { urlFrom: (network) => secret(store.urlFrom(network)) };
}

export async function deployFleet(plan: FleetPlan, resources: StackResources): Promise<FleetDeployment> {
  const mapping = await hostNamed(plan.host).deployment();
  return mapping.deployFleet(plan, resources);
}

/**
 * A process of each fleet has joined the others on the store. What was replaced is deleted only after that. A fleet that
 * is kept as it is found joins nobody yet. Where nobody here could see it join, its host alone awaits that it is ready.
 * @param startSeconds how long a process may take until it is ready
 */
export function awaitFleets(
  { operator, fleets: plans }: Pick<StackPlan, "operator" | "fleets">,
  startSeconds: number,
  resources: StackResources,
  fleets: readonly FleetDeployment[],
): readonly Resource[] {
  if (operator.through === "nothing") return fleets.flatMap(({ processes }) => processes);
  const { stack, provider } = resources;
  const way = wayToWorkers(operator, resources, plans, fleets);
  return plans.flatMap((plan, index) => {
    const { name: fleet, image, held } = plan;
    if (held === true) return [];
    const seconds = startSeconds + JOIN_SECONDS;
    const dependsOn = [...(fleets[index]?.processes ?? [])];
    const inputs = { stack, fleet, place: placeOf(plan), image, seconds, ...way };
    return declare(fleetReady, `${fleet}-ready`, inputs, { provider, dependsOn });
  });
}

/** As it is known once the fleets are there. */
function wayToWorkers(
  operator: Exclude<OperatorAccess, { readonly through: "nothing" }>,
  { store, secret: secretOf }: Pick<StackResources, "store" | "secret">,
  plans: readonly FleetPlan[],
  fleets: readonly FleetDeployment[],
) {
  if (operator.through === "store") return { storeUrl: store.urlFrom(operator.network) };
  const serving = fleets[plans.findIndex(({ name }) => name === operator.fleet)];
  if (serving === undefined) throw new Error(`the plan has no fleet ${operator.fleet}`);
  const adminUrl = serving.urls.apply((urls) => {
    const url = urls[`${operator.process} http`];
    if (url === undefined)
      throw new Error(`process ${operator.process} of fleet ${operator.fleet} serves nowhere`);
    return url;
  });
  return { adminUrl, adminToken: secretOf("OXY_ADMIN_TOKEN") };
}

/** After every fleet is ready: an image that never was, or that nobody runs yet, is nothing to go back to. */
export function recordRelease(
  { image, fleets }: Pick<StackPlan, "image" | "fleets">,
  { stack, provider }: Pick<StackResources, "stack" | "provider">,
  ready: readonly Resource[],
): void {
  if (fleets.every(({ held }) => held === true)) return;
  declare(release, "release", { stack, image }, { provider, dependsOn: [...ready] });
}

/**
 * What a stack that has a budget costs is held against it.
 * @returns what to tell about it
 * @throws OverBudget unless it may cost more
 */
export function withinBudget(
  cost: StackCost,
  budget: number | undefined,
  { overBudget }: { readonly overBudget: boolean },
): string | undefined {
  const judgement = budget === undefined ? undefined : judged(cost, budget);
  if (judgement === undefined || judgement.kind === "within") return undefined;
  if (judgement.kind === "refused" && !overBudget) throw new OverBudget(judgement.sentence);
  return judgement.sentence;
}

/** What `oxy` and people read of a deployed stack: docs/architecture.md has the list. */
export function outputs(
  plan: StackPlan,
  cost: StackCost,
  { store, secret: secretOf }: Pick<StackResources, "store" | "secret">,
  fleets: readonly FleetDeployment[],
) {
  const { operator } = plan;
  const urls = all(fleets.map((fleet) => fleet.urls));
  return {
    plan,
    image: plan.image,
    monthlyCost: monthlyCostOf(cost),
    ...(operator.through === "store" ? { storeUrl: store.urlFrom(operator.network) } : {}),
    ...(operator.through === "admin" ? { adminToken: secretOf("OXY_ADMIN_TOKEN") } : {}),
    urls: urls.apply((each) =>
      Object.fromEntries(each.map((fleet, index) => [plan.fleets[index]?.name ?? "", fleet])),
    ),
  };
}
