import { planOf } from "./instance-types.ts";
import type { Scaling, ServiceInputs } from "./service-inputs.ts";
import type { Autoscaling, RenderService } from "./services.ts";

/** The inputs, with what Render calls by ids. */
export interface Wanted {
  readonly inputs: ServiceInputs;
  readonly ownerId: string;
  readonly registryCredentialId: string | undefined;
}

/** Of a target that nobody set; Render wants a number all the same. */
const UNUSED_PERCENT = 70;

/** What it is created with: all of it at once, so that no half of it is ever deployed. */
export function creationOf(
  { inputs, ownerId, registryCredentialId }: Wanted,
  name: string,
  environment: Readonly<Record<string, string>>,
): object {
  const { type, region, plan, image, instances, autoscaling, graceSeconds, healthPath } = inputs;
  return {
    type,
    name,
    ownerId,
    autoDeploy: "no",
    image: imageOf(image, ownerId, registryCredentialId),
    envVars: variablesOf(environment),
    serviceDetails: {
      runtime: "image",
      region,
      plan: planOf(plan),
      numInstances: instances,
      maxShutdownDelaySeconds: graceSeconds,
      ...(healthPath === undefined ? {} : { healthCheckPath: healthPath }),
      ...(autoscaling === undefined ? {} : { autoscaling: autoscalingOf(autoscaling, instances) }),
    },
  };
}

/** What has to be written of a service's own settings; undefined when everything is as it should be. */
export function settingsPatch(
  { inputs, ownerId, registryCredentialId }: Wanted,
  { autoDeploy, imagePath, registryCredential, serviceDetails: is }: RenderService,
): object | undefined {
  const { plan, image, graceSeconds, healthPath } = inputs;
  const isOtherImage =
    !isSameImage(image, imagePath) || (registryCredential?.id ?? undefined) !== registryCredentialId;
  const details = {
    ...((is.runtime ?? is.env ?? "image") === "image" ? {} : { runtime: "image" }),
    ...(planOf(is.plan) === planOf(plan) ? {} : { plan: planOf(plan) }),
    ...(is.maxShutdownDelaySeconds === graceSeconds ? {} : { maxShutdownDelaySeconds: graceSeconds }),
    ...(healthPath === undefined || is.healthCheckPath === healthPath ? {} : { healthCheckPath: healthPath }),
  };
  const patch = {
    ...(autoDeploy === "no" ? {} : { autoDeploy: "no" }),
    ...(isOtherImage ? { image: imageOf(image, ownerId, registryCredentialId) } : {}),
    ...(Object.keys(details).length === 0 ? {} : { serviceDetails: details }),
  };
  return Object.keys(patch).length === 0 ? undefined : patch;
}

export function autoscalingOf(
  { maxInstances, cpuPercent, memoryPercent }: Scaling,
  instances: number,
): Autoscaling {
  return {
    enabled: true,
    min: instances,
    max: maxInstances,
    criteria: { cpu: criterion(cpuPercent), memory: criterion(memoryPercent) },
  };
}

function criterion(percent: number | undefined) {
  return { enabled: percent !== undefined, percentage: percent ?? UNUSED_PERCENT };
}

/** What is in force, in the words of the inputs; what is switched off is not there. */
export function scalingOf({ autoscaling }: RenderService["serviceDetails"]): Scaling | undefined {
  if (autoscaling?.enabled !== true) return undefined;
  const { max: maxInstances, criteria } = autoscaling;
  return {
    maxInstances,
    ...(criteria.cpu.enabled ? { cpuPercent: criteria.cpu.percentage } : {}),
    ...(criteria.memory.enabled ? { memoryPercent: criteria.memory.percentage } : {}),
  };
}

export function isSameScaling(one: Scaling | undefined, other: Scaling | undefined): boolean {
  const keys = ["maxInstances", "cpuPercent", "memoryPercent"] as const;
  return keys.every((key) => one?.[key] === other?.[key]);
}

export function variablesOf(environment: Readonly<Record<string, string>>): object[] {
  return Object.entries(environment).map(([key, value]) => ({ key, value }));
}

/** By digest, whatever Render writes before it: `docker.io/`, for instance. */
export function isSameImage(image: string, other: string | undefined): boolean {
  return other !== undefined && nameOf(image) === nameOf(other);
}

function nameOf(image: string): string {
  return digestOf(image) ?? image.replace(/^docker[.]io\/(library\/)?/, "");
}

export function digestOf(image: string): string | undefined {
  return /sha256:[0-9a-f]{64}$/.exec(image)?.[0];
}

function imageOf(imagePath: string, ownerId: string, registryCredentialId: string | undefined) {
  return { ownerId, imagePath, ...(registryCredentialId === undefined ? {} : { registryCredentialId }) };
}
