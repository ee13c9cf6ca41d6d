import type { z } from "zod";
import type { StoreConfig } from "./config.ts";
import type { CostItem } from "./cost-item.ts";
import type { ApiStanding } from "./api/api.ts";
import type { Effected, PlannedChange } from "./interruption.ts";
import type { Network, NetworkPlan } from "./network.ts";
import type { DeploymentSecret } from "./workload.ts";
import type { StackResources, StoreDeployment } from "./stack-resources.ts";

/** What every plan of a store says, whatever its kind. */
export interface StorePlan {
  readonly kind: string;
  /** What is lost when it dies, in words: invariant 1 is worth no more than this. */
  readonly mayLose: string;
  /** What it is, as long as its data stay where they are: a stack whose store would become another one is refused. */
  readonly identity: string;
  /** Whether the engine refuses to delete it. */
  readonly protected: boolean;
}

/** A kind of Redis. One folder `stores/<kind>` and one line in `stores.ts`. */
export interface Store<Config extends StoreConfig = StoreConfig, Plan extends StorePlan = StorePlan> {
  readonly kind: string;
  /** Schema of its configuration. */
  readonly config: z.ZodObject;
  reachableFrom(config: Config): readonly Network[];
  /** What of its configuration cannot work, together or in production, each `field: expected …, got …`. */
  refusals?(config: Config, production: boolean, stack: string): readonly string[];
  /** Secrets of the stack that it is made with, and that no process is given. */
  readonly secrets?: readonly DeploymentSecret[];
  /** The API that it is deployed through, and the description of it that our requests are checked against. */
  readonly api?: ApiStanding;
  /** What one would expect of a store and this one cannot do, with the reason. */
  readonly cannot: readonly string[];
  plan(request: {
    readonly stack: string;
    readonly production: boolean;
    readonly config: Config;
    /** The network of the stack's own from which it is reachable. */
    readonly within?: NetworkPlan;
  }): Plan;
  /** What its bill for that plan consists of. */
  price(plan: Plan): readonly CostItem[];
  /** What a change of it in place does to whoever uses it; undefined where nobody knows. */
  interrupts?(change: PlannedChange<Plan>): Effected | undefined;
  /** Apart, so that a stack loads the SDK of its own store only. */
  deployment(): Promise<{
    deployStore(plan: Plan, resources: Omit<StackResources, "store">): StoreDeployment;
  }>;
}

/** Forgets what a store's own plan looks like: it is only ever given back to that store. */
export function defineStore<Config extends StoreConfig, Plan extends StorePlan>(
  store: Store<Config, Plan>,
): Store {
  return store as unknown as Store;
}
