import { handsOver, type Effected, type FleetChange } from "../../interruption.ts";
import type { RailwayFleetPlan } from "./plan.ts";

/** Each update is a deployment: docs/hosts/railway.md. */
export function interruptsFleet({ process, after }: FleetChange<RailwayFleetPlan>): Effected | undefined {
  if (process === undefined) return undefined;
  return handsOver(
    process,
    `gets new replicas beside the old ones, which are stopped ${after.overlapSeconds} s after those are ready`,
  );
}
