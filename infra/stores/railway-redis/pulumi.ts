import { declare } from "../../provider/declare.ts";
import { railwayRedis } from "../../provider/railway/redis.ts";
import { railwayProject } from "../../places/railway-project.ts";
import type { StackResources, StoreDeployment } from "../../stack-resources.ts";
import type { RailwayRedisPlan } from "./plan.ts";

export function deployStore(
  plan: RailwayRedisPlan,
  resources: Omit<StackResources, "store">,
): StoreDeployment {
  const project = railwayProject(resources);
  const server = declare(
    railwayRedis,
    "store",
    {
      stack: resources.stack,
      projectId: project.outputs.projectId,
      environmentId: project.outputs.environmentId,
      placement: plan.placement,
      image: plan.image,
      maxMemoryMb: plan.maxMemoryMb,
      isOpen: plan.isOpen,
    },
    {
      provider: resources.provider,
      protect: plan.protected,
      dependsOn: [...resources.dependsOn, project],
    },
  );
  const { privateUrl, publicUrl } = server.outputs;
  return { urlFrom: (network) => (network === "internet" ? publicUrl : privateUrl) };
}
