import { all } from "@pulumi/pulumi";
import { declare } from "../../provider/declare.ts";
import { railwayService } from "../../provider/railway/service.ts";
import { railwayProject } from "../../places/railway-project.ts";
import { environmentOf } from "../../stack-resources.ts";
import type { FleetDeployment, StackResources } from "../../stack-resources.ts";
import type { RailwayFleetPlan } from "./plan.ts";

/** Each process of the plan is one service of the stack's project. */
export function deployFleet(plan: RailwayFleetPlan, resources: StackResources): FleetDeployment {
  const { provider } = resources;
  const project = railwayProject(resources);
  const { registry } = plan;
  const processes = plan.processes.map((process) =>
    declare(
      railwayService,
      `${plan.name}-${process.name}`,
      {
        stack: resources.stack,
        fleet: plan.name,
        name: process.name,
        region: plan.region,
        projectId: project.outputs.projectId,
        environmentId: project.outputs.environmentId,
        image: plan.image,
        ...(registry === undefined
          ? {}
          : {
              registryUsername: resources.secret(registry.username),
              registryPassword: resources.secret(registry.password),
            }),
        environment: environmentOf(process.environment, plan.network, resources),
        placement: plan.placement,
        replicas: process.replicas,
        memoryGb: process.memoryGb,
        vcpus: process.vcpus,
        graceSeconds: plan.graceSeconds,
        overlapSeconds: plan.overlapSeconds,
        readyPath: plan.readyPath,
        startSeconds: plan.startSeconds,
        port: process.port,
        isPublic: process.isPublic,
      },
      { provider, dependsOn: [...resources.dependsOn, project] },
    ),
  );
  const urls = all(processes.map(({ outputs }) => outputs.urls)).apply((each) =>
    Object.fromEntries(each.flatMap((named, index) => prefixed(plan.processes[index]?.name ?? "", named))),
  );
  return { processes, urls };
}

function prefixed(process: string, urls: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(urls).map(([purpose, url]) => [`${process} ${purpose}`, url]);
}
