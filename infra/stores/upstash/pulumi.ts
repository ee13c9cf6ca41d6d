import { asFound, declare } from "../../provider/declare.ts";
import { upstashDatabase } from "../../provider/upstash/database.ts";
import type { StackResources, StoreDeployment } from "../../stack-resources.ts";
import type { UpstashStorePlan } from "./plan.ts";

export function deployStore(
  plan: UpstashStorePlan,
  resources: Omit<StackResources, "store">,
): StoreDeployment {
  const { region, budget, prodPack, databaseId, held } = plan;
  const inputs = {
    stack: resources.stack,
    region,
    plan: plan.plan,
    budget,
    prodPack,
    ...(databaseId === undefined ? {} : { databaseId }),
  };
  const database = declare(upstashDatabase, "store", inputs, {
    provider: resources.provider,
    protect: plan.protected,
    dependsOn: [...resources.dependsOn],
    ...(held === true ? asFound(upstashDatabase, inputs) : {}),
  });
  return { urlFrom: () => database.outputs.url };
}
