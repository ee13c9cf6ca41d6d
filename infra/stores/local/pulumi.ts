import { declare } from "../../provider/declare.ts";
import { redisServer } from "../../provider/local/redis-server.ts";
import { thisMachine } from "../../places/this-machine.ts";
import type { StackResources, StoreDeployment } from "../../stack-resources.ts";
import type { LocalStorePlan } from "./plan.ts";

export function deployStore(plan: LocalStorePlan, resources: Omit<StackResources, "store">): StoreDeployment {
  const server = declare(
    redisServer,
    "store",
    { stack: resources.stack, persistence: plan.persistence, maxMemoryMb: plan.maxMemoryMb },
    {
      provider: resources.provider,
      protect: plan.protected,
      dependsOn: [...resources.dependsOn, thisMachine(resources)],
    },
  );
  return { urlFrom: () => server.outputs.url };
}
