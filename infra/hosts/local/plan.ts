import { basicsOf } from "../../fleet-basics.ts";
import type { FleetPlan, FleetRequest, ProcessPlan } from "../../host.ts";
import { MEMORY_MB, type LocalFleetConfig } from "./config.ts";

export interface LocalFleetPlan extends FleetPlan {
  readonly host: "local";
  readonly readyPath: string;
  readonly startSeconds: number;
  readonly processes: readonly LocalProcessPlan[];
}

interface LocalProcessPlan extends ProcessPlan {
  readonly memoryMb: number;
}

export function planFleet(request: FleetRequest<LocalFleetConfig>): LocalFleetPlan {
  const { config, environment, workload } = request;
  return {
    ...basicsOf("local", request),
    readyPath: workload.health.ready,
    startSeconds: workload.startSeconds,
    processes: [
      {
        name: "all",
        role: "all",
        memoryMb: MEMORY_MB[config.size],
        environment: { ...environment, OXY_ROLE: "all" },
        isPublic: true,
        copies: { least: 1, most: 1 },
      },
    ],
  };
}
