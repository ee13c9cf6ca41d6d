import { all, runtime, secret } from "@pulumi/pulumi";
import { parseStackConfig, type StackConfig } from "./config.ts";
import type { FleetPlan } from "./host.ts";
import { hostNamed, hosts } from "./hosts.ts";
import type { StackPlan } from "./plan.ts";
import { declare, OxyProvider } from "./provider/declare.ts";
import { release } from "./provider/release.ts";
import type { FleetDeployment, StackResources } from "./resources.ts";
import type { StoreDeployment, StorePlan } from "./store.ts";
import { storeNamed, stores } from "./stores.ts";

/** In Pulumi's JavaScript, but not in its types. */
const { isConfigSecret } = runtime as unknown as { isConfigSecret(key: string): boolean };

/** The stack's config, as Pulumi gives it to the program. @throws InvalidStackConfig */
export function stackConfig(project: string, stack: string): StackConfig {
  return parseStackConfig(runtime.allConfig(), project, { stack, hosts, stores, isSecret: isConfigSecret });
}

/** What everything is made with, before there is a store. */
export function stackResources(
  stack: string,
  home: string,
  secrets: Readonly<Record<string, string>>,
): Omit<StackResources, "store"> {
  return {
    stack,
    provider: new OxyProvider("oxy", { home }),
    secret: (name) => secret(secrets[name] ?? ""),
  };
}

export async function deployStore(
  plan: StorePlan,
  resources: Omit<StackResources, "store">,
): Promise<StoreDeployment> {
  const mapping = await storeNamed(plan.kind).deployment();
  return mapping.deployStore(plan, resources);
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
export function outputs(plan: StackPlan, store: StoreDeployment, fleets: readonly FleetDeployment[]) {
  const urls = all(fleets.map((fleet) => fleet.urls));
  return {
    plan,
    image: plan.image,
    storeUrl: store.url,
    urls: urls.apply((each) =>
      Object.fromEntries(each.map((fleet, index) => [plan.fleets[index]?.name ?? "", fleet])),
    ),
  };
}
