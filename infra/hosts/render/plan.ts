import { basicsOf } from "../../fleet-basics.ts";
import type { Copies, FleetPlan, FleetRequest, ProcessPlan } from "../../host.ts";
import { processesOf } from "../../processes.ts";
import type { Role } from "../../workload.ts";
import type { RenderFleetConfig } from "./config.ts";

export interface RenderFleetPlan extends FleetPlan {
  readonly host: "render";
  /** Empty for the only one. */
  readonly workspace: string;
  /** Empty for a public image. */
  readonly registryCredential: string;
  readonly processes: readonly RenderProcessPlan[];
}

export interface RenderProcessPlan extends ProcessPlan {
  readonly type: "web_service" | "background_worker";
  readonly instances: number;
  readonly autoscaling?: Scaling;
  /** An existing service that becomes this one. */
  readonly serviceId?: string;
  /** Render asks web services only. */
  readonly healthPath?: string;
}

interface Scaling {
  readonly maxInstances: number;
  readonly cpuPercent?: number;
  readonly memoryPercent?: number;
}

export function planFleet(request: FleetRequest<RenderFleetConfig>): RenderFleetPlan {
  const { config, environment, workload } = request;
  return {
    ...basicsOf("render", request),
    workspace: config.workspace,
    registryCredential: config.registryCredential,
    ...(config.hold ? { held: true as const } : {}),
    processes: processesOf(config.services, environment, copiesOf(config)).map((process) =>
      Object.assign(
        {},
        process,
        serviceOf(process, config, workload.health.ready),
        existing(process, config),
      ),
    ),
  };
}

function existing({ role }: ProcessPlan, config: RenderFleetConfig): Pick<RenderProcessPlan, "serviceId"> {
  const serviceId = config[ID_FIELDS[role]];
  return serviceId === "" ? {} : { serviceId };
}

/** Where the config names an existing service for a role. */
const ID_FIELDS = {
  all: "serviceId",
  web: "webServiceId",
  worker: "workerServiceId",
} as const satisfies Record<Role, keyof RenderFleetConfig>;

function serviceOf(
  { role, isPublic, copies }: ProcessPlan,
  config: RenderFleetConfig,
  healthPath: string,
): Omit<RenderProcessPlan, keyof ProcessPlan> {
  const kind = isPublic
    ? ({ type: "web_service", healthPath } as const)
    : ({ type: "background_worker" } as const);
  const isScaled = role !== "web" && config.autoscaling !== "off";
  return { ...kind, instances: copies.least, ...(isScaled ? { autoscaling: scalingOf(config) } : {}) };
}

function copiesOf({ instances, autoscaling, maxInstances }: RenderFleetConfig): Copies {
  return { least: instances, most: autoscaling === "off" ? instances : maxInstances };
}

function scalingOf(config: RenderFleetConfig): Scaling {
  const { autoscaling, maxInstances, targetCpuPercent, targetMemoryPercent } = config;
  return {
    maxInstances,
    ...(autoscaling === "memory" ? {} : { cpuPercent: targetCpuPercent }),
    ...(autoscaling === "cpu" ? {} : { memoryPercent: targetMemoryPercent }),
  };
}

/** What of a fleet cannot work together. */
export function refusalsOf(config: RenderFleetConfig): string[] {
  const { autoscaling, instances, maxInstances, services, hold } = config;
  const roles = new Set<string>(processesOf(services, {}).map(({ role }) => role));
  const ids = Object.entries(ID_FIELDS).map(([role, name]) => {
    const isOfLayout = roles.has(role);
    if (isOfLayout && hold && config[name] === "")
      return `${name}: expected the id of the service to be held, because hold is true, got nothing`;
    if (!isOfLayout && config[name] !== "")
      return `${name}: expected nothing, because services is ${services}, got ${config[name]}`;
    return undefined;
  });
  return [
    ...(autoscaling === "off" || maxInstances >= instances
      ? []
      : [`maxInstances: expected at least the ${instances} of instances, got ${maxInstances}`]),
    ...ids.filter((refusal) => refusal !== undefined),
  ];
}
