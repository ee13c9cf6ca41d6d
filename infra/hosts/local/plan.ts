import type { FleetPlan, FleetRequest } from "../../host.ts";
import type { PlannedValue } from "../../plan.ts";
import type { Role } from "../../workload.ts";
import { MEMORY_MB, type LocalFleetConfig } from "./config.ts";

/** A process of a fleet on this machine. */
export interface ProcessPlan {
  /** Unique in the fleet. */
  readonly name: string;
  readonly role: Role;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, PlannedValue>>;
}

export interface LocalFleetPlan extends FleetPlan {
  readonly host: "local";
  readonly readyPath: string;
  readonly startSeconds: number;
  readonly processes: readonly ProcessPlan[];
}

/** Nobody but our supervisor kills here; the time is what an operator would wait. */
export const GRACE_SECONDS = 300;

export function planFleet(request: FleetRequest<LocalFleetConfig>): LocalFleetPlan {
  const { name, config, image, environment, workload } = request;
  const drainSeconds = Math.min(workload.drainSeconds, GRACE_SECONDS - workload.drainMarginSeconds);
  return {
    name,
    host: "local",
    region: config.region,
    size: config.size,
    share: config.share,
    image,
    drainSeconds,
    graceSeconds: drainSeconds + workload.drainMarginSeconds,
    readyPath: workload.health.ready,
    startSeconds: workload.startSeconds,
    processes: [
      {
        name: "all",
        role: "all",
        memoryMb: MEMORY_MB[config.size],
        environment: { ...environment, OXY_ROLE: "all", DRAIN_SECONDS: `${drainSeconds}` },
      },
    ],
  };
}
