import { all, output, unsecret, type Input, type Output } from "@pulumi/pulumi";
import { declare } from "../../provider/declare.ts";
import { flyApp } from "../../provider/fly/app.ts";
import { flyMachines } from "../../provider/fly/machines.ts";
import { environmentOf, type FleetDeployment, type StackResources } from "../../stack-resources.ts";
import type { PlannedValue } from "../../workload.ts";
import type { FlyFleetPlan } from "./plan.ts";

type Environment = Readonly<Record<string, PlannedValue>>;

/** One app, and for each process of the plan its machines. */
export function deployFleet(plan: FlyFleetPlan, resources: StackResources): FleetDeployment {
  const { stack, provider } = resources;
  const { name: fleet, organization, region } = plan;
  const place = { stack, fleet, organization, region };
  const isSecret = (value: PlannedValue) => typeof value !== "string";
  const secretsOf = (environment: Environment) =>
    environmentOf(only(environment, isSecret), plan.network, resources);
  const secrets = Object.assign({}, ...plan.processes.map(({ environment }) => secretsOf(environment)));
  const app = declare(
    flyApp,
    `${fleet}-app`,
    { ...place, secrets, isPublic: plan.processes.some(({ isPublic }) => isPublic) },
    { provider, dependsOn: [...resources.dependsOn] },
  );
  const processes = plan.processes.map((process) =>
    declare(
      flyMachines,
      `${fleet}-${process.name}`,
      {
        ...place,
        name: process.name,
        machines: process.machines,
        image: plan.image,
        environment: environmentOf(
          only(process.environment, (value) => !isSecret(value)),
          plan.network,
          resources,
        ),
        secrets: digestsOf(secretsOf(process.environment), app.outputs.digests),
        secretsVersion: app.outputs.secretsVersion,
        guest: process.guest,
        volumeGb: process.volumeGb,
        volumePath: process.volumePath,
        port: process.port,
        readyPath: plan.readyPath,
        startSeconds: plan.startSeconds,
        graceSeconds: plan.graceSeconds,
        isPublic: process.isPublic,
      },
      { provider, dependsOn: [...resources.dependsOn, app] },
    ),
  );
  const open = plan.processes.filter(({ isPublic }) => isPublic).map(({ name }) => `${name} http`);
  const urls = app.outputs.url.apply((url) => Object.fromEntries(open.map((purpose) => [purpose, url])));
  return { processes, urls };
}

function only(environment: Environment, which: (value: PlannedValue) => boolean): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => which(value)));
}

/** Fly shows the digests to everybody: they are no secrets, though they wait for the secrets to be known. */
function digestsOf(
  secrets: Readonly<Record<string, Input<string>>>,
  digests: Output<Readonly<Record<string, string>>>,
): Output<Record<string, string>> {
  const both = all([output(secrets), digests]).apply(([declared, known]) =>
    Object.fromEntries(Object.keys(declared).map((name) => [name, known[name] ?? ""])),
  );
  return unsecret(both);
}
