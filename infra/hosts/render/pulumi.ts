import { all } from "@pulumi/pulumi";
import { declare } from "../../provider/declare.ts";
import { service } from "../../provider/render/service.ts";
import { environmentOf } from "../../stack-resources.ts";
import type { FleetDeployment, StackResources } from "../../stack-resources.ts";
import type { RenderFleetPlan } from "./plan.ts";

/** Each process of the plan is one service. */
export function deployFleet(plan: RenderFleetPlan, resources: StackResources): FleetDeployment {
  const { provider, dependsOn } = resources;
  const processes = plan.processes.map(({ name, type, instances, autoscaling, healthPath, environment }) =>
    declare(
      service,
      `${plan.name}-${name}`,
      {
        stack: resources.stack,
        fleet: plan.name,
        name,
        workspace: plan.workspace,
        type,
        region: plan.region,
        plan: plan.size,
        image: plan.image,
        registryCredential: plan.registryCredential,
        environment: environmentOf(environment, plan.network, resources),
        instances,
        ...(autoscaling === undefined ? {} : { autoscaling }),
        graceSeconds: plan.graceSeconds,
        ...(healthPath === undefined ? {} : { healthPath }),
      },
      { provider, dependsOn: [...dependsOn] },
    ),
  );
  const urls = all(processes.map(({ outputs }) => outputs.url)).apply((each) =>
    Object.fromEntries(each.flatMap((url, index) => addressOf(plan.processes[index]?.name ?? "", url))),
  );
  return { processes, urls };
}

/** A background worker has none. */
function addressOf(process: string, url: string): [string, string][] {
  return url === "" ? [] : [[`${process} http`, url]];
}
