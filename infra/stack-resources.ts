import { secret, type Input, type Output, type ProviderResource, type Resource } from "@pulumi/pulumi";
import type { Network } from "./network.ts";
import type { PlannedValue } from "./workload.ts";

/** What the resources of a stack are made with. */
export interface StackResources {
  readonly stack: string;
  /** Our own provider, configured. */
  readonly provider: ProviderResource;
  /** What has to be there before anything of the stack is made. */
  readonly dependsOn: readonly Resource[];
  /** A secret of the stack's configuration. */
  secret(name: string): Output<string>;
  /** What a host and a store have in common is declared by whoever comes first, under that name. */
  shared<Kind extends Resource>(name: string, declared: () => Kind): Kind;
  /** Of the stack's own, where its host has one. */
  readonly network?: NetworkDeployment;
  readonly store: StoreDeployment;
}

/** A network as what is put into it sees it. */
export interface NetworkDeployment {
  /** What its own resources, and theirs, are made with. */
  readonly options: { readonly provider: ProviderResource; readonly dependsOn: readonly Resource[] };
  /** By the name in the plan. */
  readonly resources: ReadonlyMap<string, Resource>;
}

/** @throws Error without one: a plan that is put into a network comes with it */
export function requireNetwork({ network }: Pick<StackResources, "network">): NetworkDeployment {
  if (network === undefined) throw new Error("the plan has no network of the stack's own to be put into");
  return network;
}

/** A store as the fleets see it. */
export interface StoreDeployment {
  /** `redis://…` or `rediss://…`, secret. @throws Error for a network that it cannot be reached from */
  urlFrom(network: Network): Output<string>;
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
  network: Network,
  resources: Pick<StackResources, "secret" | "store">,
): Record<string, Input<string>> {
  return Object.fromEntries(
    Object.entries(planned).map(([key, value]) => [key, resolved(value, network, resources)]),
  );
}

function resolved(
  value: PlannedValue,
  network: Network,
  resources: Pick<StackResources, "secret" | "store">,
): Input<string> {
  if (typeof value === "string") return value;
  return "secret" in value ? resources.secret(value.secret) : secret(resources.store.urlFrom(network));
}
