import type { FleetPlan } from "./host.ts";
import { hostNamed } from "./hosts.ts";
import { PlanRefused, type StackPlan } from "./plan.ts";

/**
 * Asks each host whether it would take its fleet, before anything is made: whose account it is, what it may pull.
 * @throws PlanRefused with every reason
 */
export async function requireAdmitted({ fleets }: Pick<StackPlan, "fleets">): Promise<void> {
  const reasons = await Promise.all(fleets.map((fleet) => refusedBy(fleet)));
  if (reasons.flat().length > 0) throw new PlanRefused(reasons.flat());
}

async function refusedBy(fleet: FleetPlan): Promise<readonly string[]> {
  const module = await hostNamed(fleet.host).preflight?.();
  const reasons = (await module?.preflight(fleet)) ?? [];
  return reasons.map((reason) => `fleets.${fleet.name}.${reason}`);
}
