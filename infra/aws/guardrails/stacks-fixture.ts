import fc from "fast-check";
import type { StackConfig } from "../../config.ts";
import { stacksOn, stacksWith } from "../../configs-fixture.ts";
import type { EcsFargateFleetConfig } from "../../hosts/ecs-fargate/config.ts";
import { ecsFargate } from "../../hosts/ecs-fargate/host.ts";
import { chosenOf, type Chosen } from "../../hosts/ecs-fargate/presets.ts";
import type { FleetResource } from "../../hosts/ecs-fargate/graph.ts";
import type { EcsFargatePlan } from "../../hosts/ecs-fargate/plan.ts";
import type { NetworkResource } from "../../networks/aws-vpc/graph.ts";
import type { AwsVpcPlan } from "../../networks/aws-vpc/plan.ts";
import { planStack, type PlanParts, type Registry } from "../../plan.ts";
import type { StoreResource } from "../../stores/elasticache/graph.ts";
import type { ElastiCachePlan } from "../../stores/elasticache/plan.ts";
import { elastiCache } from "../../stores/elasticache/store.ts";
import { upstash } from "../../stores/upstash/store.ts";

/** A whole stack at AWS, and what it was made of. */
export interface AwsStack {
  readonly production: boolean;
  readonly config: EcsFargateFleetConfig;
  readonly chosen: Chosen;
  readonly network: AwsVpcPlan;
  /** Undefined where the store is elsewhere. */
  readonly store?: ElastiCachePlan;
  readonly fleet: EcsFargatePlan;
  /** Of network, store and fleet, in the order in which they are made. */
  readonly nodes: readonly AwsNode[];
}

/** What holds for every one of them; each throws when it does not. */
export type Guardrails = Readonly<Record<string, (stack: AwsStack) => void>>;

export type AwsNode = NetworkResource | StoreResource | FleetResource;

const registry: Registry = {
  hosts: { "ecs-fargate": ecsFargate },
  stores: { elasticache: elastiCache, upstash },
};

/** Stacks of one fleet on ECS Fargate, all of them valid, with ElastiCache or with Upstash. */
export const awsStacks: fc.Arbitrary<AwsStack> = fc
  .record({
    fleet: stacksOn(ecsFargate),
    store: fc.oneof({ weight: 2, arbitrary: stacksWith(elastiCache) }, stacksWith(upstash)),
  })
  .map(({ fleet, store }) => {
    const { config, parts } = fleet;
    const [of] = Object.values(config.fleets);
    const own = store.config.store;
    const placed = own.kind === "elasticache" ? { ...own, region: of?.region } : own;
    return { config: { ...config, store: placed }, parts };
  })
  .filter(({ config, parts }) => {
    const refusals = registry.stores[config.store.kind]?.refusals;
    return (refusals?.(config.store, config.production, parts.stack) ?? []).length === 0;
  })
  .map(({ config, parts }) => planned(config, parts));

function planned(config: StackConfig, parts: PlanParts): AwsStack {
  const plan = planStack(config, parts, registry);
  const own = Object.values(config.fleets)[0] as unknown as EcsFargateFleetConfig;
  const network = plan.networks[0] as AwsVpcPlan;
  const fleet = plan.fleets[0] as EcsFargatePlan;
  const store = plan.store.kind === "elasticache" ? (plan.store as ElastiCachePlan) : undefined;
  return {
    production: config.production,
    config: own,
    chosen: chosenOf(own),
    network,
    ...(store === undefined ? {} : { store }),
    fleet,
    nodes: [...network.resources, ...(store?.resources ?? []), ...fleet.resources],
  };
}

/** The nodes of a type. */
export function ofType<Type extends AwsNode["type"]>(
  nodes: readonly AwsNode[],
  type: Type,
): readonly Extract<AwsNode, { readonly type: Type }>[] {
  return nodes.filter((node): node is Extract<AwsNode, { readonly type: Type }> => node.type === type);
}
