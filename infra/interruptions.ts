import type { FleetPlan } from "./host.ts";
import { hostNamed } from "./hosts.ts";
import { handsOver, type Effected, type Interruption, type PlannedStep } from "./interruption.ts";
import { networkNamed } from "./networks.ts";
import { placeOf, type StackPlan } from "./plan.ts";
import { storeNamed } from "./stores.ts";

/** They say what is there, and run nothing. */
const RECORDS: ReadonlySet<string> = new Set(
  ["FleetReady", "Machine", "Project", "Release", "StoreBinding"].map((name) => `oxy:index:${name}`),
);
const UNKNOWN: Effected = {
  effect: "unknown",
  how: "is changed, and what that does to what runs is unknown: nobody has tried it",
};

/**
 * What the engine's steps interrupt, from what each host and store does at them. What none of them knows of is unknown.
 * @param before as it is deployed
 */
export function interruptionsOf(
  before: StackPlan,
  after: StackPlan,
  steps: readonly PlannedStep[],
): readonly Interruption[] {
  return steps
    .filter(({ type }) => !RECORDS.has(type))
    .map((step) => interruptionOf(before, after, step))
    .filter((found) => found !== undefined);
}

function interruptionOf(before: StackPlan, after: StackPlan, step: PlannedStep): Interruption | undefined {
  const found = plannedInterruption(before, after, step);
  if (found === undefined || !step.properties.includes("condition")) return found;
  return { ...found, how: `is not as it was deployed; it ${found.how}` };
}

function plannedInterruption(
  before: StackPlan,
  after: StackPlan,
  step: PlannedStep,
): Interruption | undefined {
  const { resource } = step;
  if (resource === "store") return { of: "store", ...ofStore(step, before, after) };
  const [old, fresh] = [before, after].map(({ fleets }) => ownerOf(resource, fleets));
  if (old !== undefined || fresh !== undefined) return ofFleet(step, old, fresh);
  if (step.operation === "create") return undefined;
  return audible(resource, surrounding(step, before, after));
}

/** The fleet whose name the resource's begins with. */
function ownerOf(resource: string, fleets: readonly FleetPlan[]): FleetPlan | undefined {
  return fleets.find(({ name }) => resource === name || resource.startsWith(`${name}-`));
}

function ofFleet(
  step: PlannedStep,
  before: FleetPlan | undefined,
  after: FleetPlan | undefined,
): Interruption | undefined {
  const { name } = after ?? before ?? { name: "" };
  const processes = [...(after?.processes ?? []), ...(before?.processes ?? [])];
  const process = processes.find((each) => step.resource === `${name}-${each.name}`);
  if (process !== undefined) return ofProcess(step, process, before, after);
  // What belongs to a fleet comes and goes with its processes.
  if (step.operation === "create" || before === undefined || after === undefined) return undefined;
  if (before.host !== after.host) return undefined;
  return audible(step.resource, hostNamed(after.host).interrupts?.({ step, before, after }) ?? UNKNOWN);
}

function ofProcess(
  step: PlannedStep,
  process: FleetPlan["processes"][number],
  before: FleetPlan | undefined,
  after: FleetPlan | undefined,
): Interruption | undefined {
  const of = `${(after ?? before)?.name} ${process.name}`;
  const address = process.isPublic ? " with its address" : "";
  switch (step.operation) {
    case "create":
      // Told of what it takes the place of.
      if (before === undefined || after === undefined || placeOf(before) !== placeOf(after)) return undefined;
      return { of, effect: "none", how: "is started beside what runs" };
    case "delete":
      return { of, ...handsOver(process, `goes${address} ${whenOthersAreReady(before, after)}`) };
    case "replace":
      return {
        of,
        ...handsOver(process, `gets another one beside it, and goes${address} when that is ready`),
      };
    case "update":
      if (before === undefined || after === undefined || before.host !== after.host)
        return { of, ...UNKNOWN };
      return { of, ...(hostNamed(after.host).interrupts?.({ step, before, after, process }) ?? UNKNOWN) };
  }
}

function whenOthersAreReady(before: FleetPlan | undefined, after: FleetPlan | undefined): string {
  if (before === undefined || after === undefined || placeOf(before) === placeOf(after))
    return "when the others of its fleet are ready";
  return `from ${placeOf(before)} when those at ${placeOf(after)} are ready; until then both run, and cost`;
}

function ofStore(step: PlannedStep, before: StackPlan, after: StackPlan): Effected {
  switch (step.operation) {
    case "create":
      return { effect: "loss", how: "is made anew, and empty: what was in the one before is not in it" };
    case "delete":
    case "replace":
      return {
        effect: "loss",
        how: "is deleted, with the conversations and WhatsApp sessions that it holds",
      };
    case "update":
      return storeSays(step, before, after);
  }
}

/** Of what is around the store, and of a network. */
function surrounding(step: PlannedStep, before: StackPlan, after: StackPlan): Effected {
  if (step.resource.startsWith("store-")) return storeSays(step, before, after);
  const [old, fresh] = [before.networks[0], after.networks[0]];
  if (old === undefined || fresh === undefined || old.kind !== fresh.kind) return UNKNOWN;
  return networkNamed(fresh.kind).interrupts?.({ step, before: old, after: fresh }) ?? UNKNOWN;
}

function storeSays(step: PlannedStep, { store: before }: StackPlan, { store: after }: StackPlan): Effected {
  if (before.kind !== after.kind) return UNKNOWN;
  return storeNamed(after.kind).interrupts?.({ step, before, after }) ?? UNKNOWN;
}

/** What nobody notices of all that is around a process or a store is not worth telling. */
function audible(of: string, effected: Effected): Interruption | undefined {
  return effected.effect === "none" ? undefined : { of, ...effected };
}
