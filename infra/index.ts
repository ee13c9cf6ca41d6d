import { getProject, getStack, log, RunError } from "@pulumi/pulumi";
import {
  awaitFleets,
  bindStore,
  deployFleet,
  deployNetwork,
  deployStore,
  outputs,
  recordRelease,
  stackConfig,
  stackResources,
  withinBudget,
  type Instead,
} from "./deploy.ts";
import { InvalidStackConfig, type StackConfig } from "./config.ts";
import { homeDirectory, InvalidHome, isOffline, mayCostMore } from "./home.ts";
import { hostNamed } from "./hosts.ts";
import { ImageUnavailable, rehearsedImage, resolveImage, type Image } from "./image.ts";
import { OverBudget } from "./monthly-cost/budget.ts";
import { costOf } from "./monthly-cost/stack-cost.ts";
import { stackUsage } from "./monthly-cost/stack-usage.ts";
import { PlanRefused, planStack } from "./plan.ts";
import { requireAdmitted } from "./preflight.ts";
import { workload } from "./workload.ts";
import { InvalidFile } from "./yaml-file.ts";

/** Config → plan → resources → outputs: what `pulumi up` runs, and `oxy up`. */
async function deploy(instead?: Instead) {
  const home = homeDirectory();
  const stack = getStack();
  const configured = stackConfig(getProject(), stack, instead);
  const config = isOffline() ? inNobodysAccount(configured) : configured;
  const image = isOffline() ? await rehearsed(config, home) : await resolveImage(config.image, home);
  const plan = planStack(config, { stack, image, workload });

  const usage = await stackUsage(config.usage);
  await instead?.planned?.({ plan, usage });
  const cost = await costOf(plan, { usage });
  if (cost.kind === "unpriced") await log.warn(`monthlyCost is unknown: ${cost.why}`);
  const overBudget = instead?.overBudget ?? mayCostMore();
  const remark = withinBudget(cost, config.budget, { overBudget });
  if (remark !== undefined) await log.warn(remark);
  await requireAdmitted(plan);
  const all = bindStore(plan.store, stackResources(stack, home, config.secrets));
  const resources = await deployNetwork(plan.networks, all);
  const store = await deployStore(plan.store, resources);
  const fleets = await Promise.all(plan.fleets.map((fleet) => deployFleet(fleet, { ...resources, store })));
  const ready = awaitFleets(plan, workload.startSeconds, { ...resources, store }, fleets);
  recordRelease(plan, resources, ready);
  return outputs(plan, cost, { ...resources, store }, fleets);
}

/** What the user can mend: a sentence, without the stack that a defect of ours is found by. */
const MENDABLE = [InvalidStackConfig, PlanRefused, ImageUnavailable, InvalidHome, InvalidFile, OverBudget];

function inNobodysAccount(config: StackConfig): StackConfig {
  const fleets = Object.entries(config.fleets).map(([name, fleet]) => [
    name,
    hostNamed(fleet.host).rehearsed?.(fleet) ?? fleet,
  ]);
  return { ...config, fleets: Object.fromEntries(fleets) as StackConfig["fleets"] };
}

/** The image as the stack's hosts would run it. */
async function rehearsed(config: StackConfig, home: string): Promise<Image> {
  const kinds = Object.values(config.fleets).map(({ host }) => hostNamed(host).images);
  const { image, instead } = await rehearsedImage(config.image, home, kinds);
  if (instead !== undefined) await log.warn(instead);
  return image;
}

/**
 * The program, with something else than the config's if that is given: to see what that would do. Beside a default
 * export Pulumi takes no other.
 */
export default (instead?: Instead) =>
  deploy(instead).catch((error: Error) => {
    throw MENDABLE.some((kind) => error instanceof kind) ? new RunError(error.message) : error;
  });
