import { waitsForStore, type Effected, type PlannedChange } from "../../interruption.ts";
import type { RailwayRedisPlan } from "./plan.ts";

/** Railway never mounts a volume in two deployments: docs/stores/railway-redis.md. */
export function interruptsStore({ step }: PlannedChange<RailwayRedisPlan>): Effected | undefined {
  if (step.resource !== "store") return undefined;
  return waitsForStore("is redeployed: the old one ends before the new one starts, for some seconds");
}
