import { all } from "@pulumi/pulumi";
import { declare } from "../../provider/declare.ts";
import { thisMachine } from "../../places/this-machine.ts";
import { workerProcess } from "../../provider/local/worker-process.ts";
import { environmentOf } from "../../stack-resources.ts";
import type { FleetDeployment, StackResources } from "../../stack-resources.ts";
import type { LocalFleetPlan } from "./plan.ts";

/** Each process of the plan is one resource. */
export function deployFleet(plan: LocalFleetPlan, resources: StackResources): FleetDeployment {
  const { provider } = resources;
  const place = thisMachine(resources);
  const processes = plan.processes.map((process) =>
    declare(
      workerProcess,
      `${plan.name}-${process.name}`,
      {
        stack: resources.stack,
        fleet: plan.name,
        name: process.name,
        image: plan.image,
        environment: environmentOf(process.environment, plan.network, resources),
        memoryMb: process.memoryMb,
        graceSeconds: plan.graceSeconds,
        readyPath: plan.readyPath,
        startSeconds: plan.startSeconds,
      },
      { provider, dependsOn: [...resources.dependsOn, place] },
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
