import { Document } from "yaml";
import type { RenderFleetPlan, RenderProcessPlan } from "../hosts/render/plan.ts";
import type { StackPlan } from "../plan.ts";
import type { Format } from "./format.ts";
import { exportedName, settingsOf } from "./settings.ts";

/**
 * A Blueprint, as Render's reference has it (render.com/docs/blueprint-spec; fields as of render-oss/skills, 2026-08).
 * `sync: false` is for secrets: Render asks for their values when it first reads the file.
 */
export const renderYaml: Format = {
  host: "render",
  files: (plan) => [{ name: "render.yaml", text: blueprint(plan) }],
  remarks: [],
};

function blueprint(plan: StackPlan): string {
  const services = plan.fleets.flatMap((fleet) => {
    const rendered = fleet as RenderFleetPlan;
    return rendered.processes.map((process) => serviceOf(plan.stack, rendered, process));
  });
  const document = new Document({ services });
  document.commentBefore = [
    ` Stack ${plan.stack} as a Blueprint of Render, without the values of its secrets: Render asks for them.`,
    " The store is not in it, because the conversations are where it is: REDIS_URL is its address.",
  ].join("\n");
  return document.toString({ lineWidth: 0 });
}

function serviceOf(stack: string, fleet: RenderFleetPlan, process: RenderProcessPlan): object {
  const { plain, secret } = settingsOf(process);
  return {
    type: process.type === "web_service" ? "web" : "worker",
    name: exportedName(stack, fleet.name, process.name),
    runtime: "image",
    image: {
      url: fleet.image,
      ...(fleet.registryCredential === ""
        ? {}
        : { creds: { fromRegistryCreds: { name: fleet.registryCredential } } }),
    },
    // `pro plus` in a Blueprint, `pro_plus` in the API.
    plan: fleet.size.startsWith("pro-") ? fleet.size.replace("-", " ") : fleet.size,
    region: fleet.region,
    ...instancesOf(process),
    maxShutdownDelaySeconds: fleet.graceSeconds,
    ...(process.healthPath === undefined ? {} : { healthCheckPath: process.healthPath }),
    envVars: [
      ...Object.entries(plain).map(([key, value]) => ({ key, value })),
      ...secret.map((key) => ({ key, sync: false })),
    ],
  };
}

function instancesOf({ instances, autoscaling }: RenderProcessPlan): object {
  if (autoscaling === undefined) return { numInstances: instances };
  const { maxInstances, cpuPercent, memoryPercent } = autoscaling;
  return {
    scaling: {
      minInstances: instances,
      maxInstances,
      ...(cpuPercent === undefined ? {} : { targetCPUPercent: cpuPercent }),
      ...(memoryPercent === undefined ? {} : { targetMemoryPercent: memoryPercent }),
    },
  };
}
