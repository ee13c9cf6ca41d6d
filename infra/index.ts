import { getProject, getStack, RunError } from "@pulumi/pulumi";
import { deployFleet, deployStore, outputs, recordRelease, stackConfig, stackResources } from "./deploy.ts";
import { homeDirectory } from "./home.ts";
import { resolveImage } from "./image.ts";
import { planStack } from "./plan.ts";
import { workload } from "./workload.ts";

/** Config → plan → resources → outputs: what `pulumi up` runs, and `oxy up`. */
async function deploy() {
  const home = homeDirectory();
  const stack = getStack();
  const config = stackConfig(getProject(), stack);
  const image = await resolveImage(config.image, home);
  const plan = planStack(config, { stack, image, workload });

  const resources = stackResources(stack, home, config.secrets);
  const store = await deployStore(plan.store, resources);
  const fleets = await Promise.all(plan.fleets.map((fleet) => deployFleet(fleet, { ...resources, store })));
  recordRelease(plan.image, resources, fleets);
  return outputs(plan, store, fleets);
}

/** Pulumi prints a RunError as it is, anything else with a stack. */
export default () =>
  deploy().catch((error: Error) => {
    throw new RunError(error.message);
  });
