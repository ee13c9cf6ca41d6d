import { all } from "@pulumi/pulumi";
import { asFound, declare } from "../../provider/declare.ts";
import { service } from "../../provider/render/service.ts";
import { environmentOf } from "../../stack-resources.ts";
import type { FleetDeployment, StackResources } from "../../stack-resources.ts";
import type { RenderFleetPlan } from "./plan.ts";

/** Each process of the plan is one service. */
export function deployFleet(plan: RenderFleetPlan, resources: StackResources): FleetDeployment {
  const { provider, dependsOn } = resources;
  const processes = plan.processes.map((process) => {
    const { name, type, instances, autoscaling, healthPath, environment, serviceId } = process;
    const inputs = {
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
      ...(serviceId === undefined ? {} : { serviceId }),
    };
    const options = { provider, dependsOn: [...dependsOn] };
    return declare(
      service,
      `${plan.name}-${name}`,
      inputs,
      plan.held === true ? { ...options, ...asFound(service, inputs) } : options,
    );
  });
  const urls = all(processes.map(({ outputs }) => outputs.url)).apply((each) =>
    Object.fromEntries(each.flatMap((url, index) => addressOf(plan.processes[index]?.name ?? "", url))),
  );
  return { processes, urls };
}

/** A background worker has none. */
function addressOf(process: string, url: string): [string, string][] {
  return url === "" ? [] : [[`${process} http`, url]];
}
