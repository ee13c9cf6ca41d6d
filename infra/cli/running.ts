import { hostNamed } from "../hosts.ts";
import { Failure } from "./failure.ts";
import type { Deployed } from "./outputs.ts";

/**
 * Where nothing here can see processes join their store, their host is asked: after a deployment that came to nothing,
 * the next one finds nothing to change.
 * @throws Failure when one of them does not run
 */
export async function requireRunning({ plan }: Pick<Deployed, "plan">, stack: string): Promise<void> {
  // Plans of before had another way.
  if (plan.operator?.through !== "nothing") return;
  const each = plan.fleets.map(async (fleet) => {
    const { operations } = await hostNamed(fleet.host).operations();
    const processes = await operations.status(fleet, stack);
    return processes
      .filter(({ condition }) => condition !== "running")
      .map(({ name, condition }) => `process ${name} of fleet ${fleet.name}: ${condition}`);
  });
  const amiss = (await Promise.all(each)).flat();
  if (amiss.length > 0)
    throw new Failure(
      `deployed, but not everything runs: ${amiss.join("; ")}; see oxy logs -s ${stack}, mend it, and run oxy up again`,
    );
}
