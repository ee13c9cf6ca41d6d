import type { ProcessStatus } from "../host.ts";
import { hostNamed } from "../hosts.ts";
import type { StackPlan } from "../plan.ts";
import { Failure } from "./failure.ts";
import type { Deployed } from "./outputs.ts";

/** A fleet's process, as its host sees it. */
export interface FleetProcess {
  readonly fleet: string;
  readonly host: string;
  readonly process: ProcessStatus;
}

/** What the hosts of a stack say that runs now. */
export async function processStatuses(
  { fleets }: Pick<StackPlan, "fleets">,
  stack: string,
): Promise<readonly FleetProcess[]> {
  const each = fleets.map(async (fleet) => {
    const { operations } = await hostNamed(fleet.host).operations();
    const processes = await operations.status(fleet, stack);
    return processes.map((process) => ({ fleet: fleet.name, host: fleet.host, process }));
  });
  return (await Promise.all(each)).flat();
}

export function isRunning({ process }: FleetProcess): boolean {
  return process.condition === "running";
}

/**
 * Where nothing here can see processes join their store, their host is asked: after a deployment that came to nothing,
 * the next one finds nothing to change.
 * @throws Failure when one of them does not run
 */
export async function requireRunning({ plan }: Pick<Deployed, "plan">, stack: string): Promise<void> {
  // Plans of before had another way.
  if (plan.operator?.through !== "nothing") return;
  const amiss = (await processStatuses(plan, stack))
    .filter((one) => !isRunning(one))
    .map(({ fleet, process: { name, condition } }) => `process ${name} of fleet ${fleet}: ${condition}`);
  if (amiss.length > 0)
    throw new Failure(
      `deployed, but not everything runs: ${amiss.join("; ")}; see oxy logs -s ${stack}, mend it, and run oxy up again`,
    );
}
