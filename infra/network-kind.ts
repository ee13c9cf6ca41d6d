import type { CostItem } from "./cost-item.ts";
import type { Effected, PlannedChange } from "./interruption.ts";
import type { NetworkPlan } from "./network.ts";
import type { NetworkDeployment, StackResources } from "./stack-resources.ts";

/** A kind of network that a stack has of its own. One folder `networks/<kind>` and one line in `networks.ts`. */
export interface NetworkKind<Plan extends NetworkPlan = NetworkPlan> {
  readonly kind: string;
  /** What its bill for that plan consists of. */
  price(plan: Plan): readonly CostItem[];
  /** What a change of one of its resources does to whoever is in it; undefined where nobody knows. */
  interrupts?(change: PlannedChange<Plan>): Effected | undefined;
  /** Apart, so that only a stack that has one loads its SDK. */
  deployment(): Promise<{
    deployNetwork(plan: Plan, resources: Omit<StackResources, "store" | "network">): NetworkDeployment;
  }>;
}

/** Forgets what a kind's own plan looks like: it is only ever given back to that kind. */
export function defineNetwork<Plan extends NetworkPlan>(network: NetworkKind<Plan>): NetworkKind {
  return network as unknown as NetworkKind;
}
