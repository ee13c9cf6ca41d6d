import { handsOver, type Effected, type FleetChange } from "../../interruption.ts";
import type { LocalFleetPlan } from "./plan.ts";

/** Whatever changes, a further generation is ready before the one before it is drained. */
export function interruptsFleet({ process }: FleetChange<LocalFleetPlan>): Effected | undefined {
  if (process === undefined) return undefined;
  return handsOver(process, "gets another one beside it, and is drained when that is ready");
}
