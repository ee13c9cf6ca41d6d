import { basicsOf } from "../../fleet-basics.ts";
import type { FleetPlan, FleetRequest, ProcessPlan } from "../../host.ts";
import { processesOf } from "../../processes.ts";
import { RAILWAY_REGIONS } from "../../places/railway-regions.ts";
import { LIMITS, type RailwayFleetConfig } from "./config.ts";

export interface RailwayFleetPlan extends FleetPlan {
  readonly host: "railway";
  /** The region as Railway's API has it. */
  readonly placement: string;
  /** How long the processes before go on after the new ones are ready, until their stop signal, in s. */
  readonly overlapSeconds: number;
  /** Answers 200 once a process takes work. */
  readonly readyPath: string;
  readonly startSeconds: number;
  /** Names of the stack's secrets with which the image is pulled. */
  readonly registry?: { readonly username: string; readonly password: string };
  readonly processes: readonly RailwayProcessPlan[];
}

interface RailwayProcessPlan extends ProcessPlan {
  readonly replicas: number;
  /** Of each replica, in GB (10⁹ bytes). */
  readonly memoryGb: number;
  readonly vcpus: number;
  readonly port: number;
}

/** Railway routes to it, and looks there whether a deployment is ready. */
const PORT = 8080;
/** Whoever was connected to the old processes finds the new ones by then. */
const OVERLAP_SECONDS = 5;
const REGISTRY = { username: "REGISTRY_USERNAME", password: "REGISTRY_PASSWORD" } as const;

export function planFleet(request: FleetRequest<RailwayFleetConfig>): RailwayFleetPlan {
  const { config, environment, workload } = request;
  const settings = { ...environment, PORT: `${PORT}` };
  return {
    ...basicsOf("railway", request),
    placement: RAILWAY_REGIONS[config.region],
    overlapSeconds: OVERLAP_SECONDS,
    readyPath: workload.health.ready,
    startSeconds: workload.startSeconds,
    ...(Object.values(REGISTRY).every((secret) => secret in environment) ? { registry: REGISTRY } : {}),
    processes: processesOf(config.services, settings, {
      least: config.instances,
      most: config.instances,
    }).map((process) => sized(process, config)),
  };
}

function sized(process: ProcessPlan, { size }: RailwayFleetConfig): RailwayProcessPlan {
  return { ...process, ...LIMITS[size], replicas: process.copies.least, port: PORT };
}
