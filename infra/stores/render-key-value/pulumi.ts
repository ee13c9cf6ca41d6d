import type { Network } from "../../network.ts";
import { declare } from "../../provider/declare.ts";
import { keyValue } from "../../provider/render/key-value.ts";
import type { StackResources, StoreDeployment } from "../../stack-resources.ts";
import type { RenderKeyValuePlan } from "./plan.ts";

export function deployStore(
  plan: RenderKeyValuePlan,
  resources: Omit<StackResources, "store">,
): StoreDeployment {
  const { workspace, region, plan: instanceType, openToInternet } = plan;
  const instance = declare(
    keyValue,
    "store",
    { stack: resources.stack, workspace, region, plan: instanceType, openToInternet },
    { provider: resources.provider, protect: plan.protected, dependsOn: [...resources.dependsOn] },
  );
  const inside: Network = `private:render/${region}`;
  return {
    urlFrom(network) {
      if (network === inside) return instance.outputs.internalUrl;
      if (network === "internet" && openToInternet) return instance.outputs.externalUrl;
      throw new Error(`the store in ${region} at Render cannot be reached from ${network}`);
    },
  };
}
