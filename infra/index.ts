import { getProject, getStack, RunError } from "@pulumi/pulumi";
import {
  bindStore,
  deployFleet,
  deployStore,
  outputs,
  recordRelease,
  stackConfig,
  stackResources,
} from "./deploy.ts";
import { InvalidStackConfig } from "./config.ts";
import { homeDirectory, InvalidHome } from "./home.ts";
import { ImageUnavailable, resolveImage } from "./image.ts";
import { PlanRefused, planStack } from "./plan.ts";
import { workload } from "./workload.ts";

/** Config → plan → resources → outputs: what `pulumi up` runs, and `oxy up`. */
async function deploy(otherImage?: string) {
  const home = homeDirectory();
  const stack = getStack();
  const config = stackConfig(getProject(), stack, otherImage);
  const image = await resolveImage(config.image, home);
  const plan = planStack(config, { stack, image, workload });

  const resources = bindStore(plan.store, stackResources(stack, home, config.secrets));
  const store = await deployStore(plan.store, resources);
  const fleets = await Promise.all(plan.fleets.map((fleet) => deployFleet(fleet, { ...resources, store })));
  recordRelease(plan.image, resources, fleets);
  return outputs(plan, { ...resources, store }, fleets);
}

/** What the user can mend: a sentence, without the stack that a defect of ours is found by. */
const MENDABLE = [InvalidStackConfig, PlanRefused, ImageUnavailable, InvalidHome];

/**
 * The program, with another image than the config's if one is given: to see what that would do. Beside a default export
 * Pulumi takes no other.
 */
export default (otherImage?: string) =>
  deploy(otherImage).catch((error: Error) => {
    throw MENDABLE.some((kind) => error instanceof kind) ? new RunError(error.message) : error;
  });
