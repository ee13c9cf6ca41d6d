import type { Input, Output, ProviderResource, Resource } from "@pulumi/pulumi";
import type { PlannedValue } from "./workload.ts";

/** What the resources of a stack are made with. */
export interface StackResources {
  readonly stack: string;
  /** Our own provider, configured. */
  readonly provider: ProviderResource;
  /** A secret of the stack's configuration. */
  secret(name: string): Output<string>;
  /** What a host and a store have in common is declared by whoever comes first, under that name. */
  shared<Kind extends Resource>(name: string, declared: () => Kind): Kind;
  readonly store: StoreDeployment;
}

/** A store as the fleets see it. */
export interface StoreDeployment {
  /** `redis://…` or `rediss://…`, secret. */
  readonly url: Output<string>;
}

/** A fleet as the rest of the stack sees it. */
export interface FleetDeployment {
  /** All there, the fleet is ready. */
  readonly processes: readonly Resource[];
  /** Where its processes serve, by process and purpose. */
  readonly urls: Output<Readonly<Record<string, string>>>;
}

/** The environment that a plan asks for, with what only the deployment knows. */
export function environmentOf(
  planned: Readonly<Record<string, PlannedValue>>,
  resources: Pick<StackResources, "secret" | "store">,
): Record<string, Input<string>> {
  return Object.fromEntries(Object.entries(planned).map(([key, value]) => [key, resolved(value, resources)]));
}

function resolved(value: PlannedValue, resources: Pick<StackResources, "secret" | "store">): Input<string> {
  if (typeof value === "string") return value;
  return "secret" in value ? resources.secret(value.secret) : resources.store.url;
}
