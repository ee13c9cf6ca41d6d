import { all, Config, runtime, secret, type Output, type Resource } from "@pulumi/pulumi";
import { parseStackConfig, type StackConfig } from "./config.ts";
import type { FleetPlan } from "./host.ts";
import { hostNamed, hosts } from "./hosts.ts";
import type { StackPlan } from "./plan.ts";
import { declare, OxyProvider } from "./provider/declare.ts";
import { release } from "./provider/release.ts";
import { storeBinding } from "./provider/store-binding.ts";
import type { FleetDeployment, StackResources, StoreDeployment } from "./stack-resources.ts";
import type { StorePlan } from "./store.ts";
import { storeNamed, stores } from "./stores.ts";

/** In Pulumi's JavaScript, but not in its types. */
const { isConfigSecret } = runtime as unknown as { isConfigSecret(key: string): boolean };

/**
 * The stack's config, as Pulumi gives it to the program.
 * @param image in place of its own
 * @throws InvalidStackConfig
 */
export function stackConfig(project: string, stack: string, image?: string): StackConfig {
  const instead = image === undefined ? {} : { [`${project}:image`]: image };
  const given = { ...runtime.allConfig(), ...instead };
  return parseStackConfig(given, project, { stack, hosts, stores, isSecret: isConfigSecret });
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
  const credentials = new Config("oxy").getSecretObject<Record<string, string>>("credentials");
  return credentials === undefined ? {} : { credentials };
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

/** After every fleet is ready: an image that never was is nothing to go back to. */
export function recordRelease(
  image: string,
  { stack, provider }: Pick<StackResources, "stack" | "provider">,
  fleets: readonly FleetDeployment[],
): void {
  const dependsOn = fleets.flatMap(({ processes }) => processes);
  declare(release, "release", { stack, image }, { provider, dependsOn });
}

/** What `oxy` and people read of a deployed stack: docs/architecture.md has the list. */
export function outputs(
  plan: StackPlan,
  { store, secret: secretOf }: Pick<StackResources, "store" | "secret">,
  fleets: readonly FleetDeployment[],
) {
  const { operator } = plan;
  const urls = all(fleets.map((fleet) => fleet.urls));
  return {
    plan,
    image: plan.image,
    ...(operator.through === "store"
      ? { storeUrl: store.urlFrom(operator.network) }
      : { adminToken: secretOf("OXY_ADMIN_TOKEN") }),
    urls: urls.apply((each) =>
      Object.fromEntries(each.map((fleet, index) => [plan.fleets[index]?.name ?? "", fleet])),
    ),
  };
}
