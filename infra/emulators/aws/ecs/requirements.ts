import { attributeOf, textOf, type Account } from "../account.ts";
import type { LoadBalancing } from "../load-balancing.ts";
import { AwsRefused } from "../refused.ts";
import type { Settings } from "./settings.ts";
import type { TaskDefinition } from "./task-definition.ts";

const CLUSTER = "aws:ecs/cluster:Cluster";
const PROVIDERS = "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders";

/** @throws AwsRefused when its cluster has not what its tasks are to be placed on */
export function requireCapacityProviders(
  account: Account,
  { cluster, capacityProviderStrategies, launchType }: Settings,
): void {
  const found = account.withArn(cluster) ?? account.find(CLUSTER, cluster);
  if (found === undefined) throw new AwsRefused("ClusterNotFoundException", "Cluster not found.");
  if (launchType !== undefined && capacityProviderStrategies.length > 0)
    throw new AwsRefused(
      "InvalidParameterException",
      "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
    );
  const name = textOf(found, "name");
  const known = new Set(
    account
      .having(PROVIDERS, "clusterName", name)
      .flatMap((providers) => attributeOf(providers, "capacityProviders") as readonly string[]),
  );
  const unknown = capacityProviderStrategies.find(({ capacityProvider }) => !known.has(capacityProvider));
  if (unknown !== undefined)
    throw new AwsRefused(
      "InvalidParameterException",
      `The specified capacity provider '${unknown.capacityProvider}' was not found. Specify a valid capacity provider and try again.`,
    );
  if (capacityProviderStrategies.filter(({ base }) => base > 0).length > 1)
    throw new AwsRefused(
      "InvalidParameterException",
      "A capacity provider strategy cannot contain more than one capacity provider with a defined base value.",
    );
}

/** @throws AwsRefused when no load balancer would reach its container */
export function requireTargets(
  balancing: LoadBalancing,
  { loadBalancers }: Settings,
  { container }: TaskDefinition,
): void {
  for (const { targetGroupArn, containerName, containerPort } of loadBalancers) {
    if (!balancing.isAttached(targetGroupArn))
      throw new AwsRefused(
        "InvalidParameterException",
        `The target group with targetGroupArn ${targetGroupArn} does not have an associated load balancer.`,
      );
    if (container.name !== containerName)
      throw new AwsRefused(
        "InvalidParameterException",
        `The container ${containerName} does not exist in the task definition.`,
      );
    if (!container.portMappings.some((mapping) => mapping.containerPort === containerPort))
      throw new AwsRefused(
        "InvalidParameterException",
        `The container ${containerName} did not have a container port ${containerPort} defined.`,
      );
  }
}
