import type { StackPlan } from "../plan.ts";
import { availabilityOfPlan, type TargetAvailability } from "./availability/target.ts";
import { capacityOfPlan, type TargetCapacity } from "./capacity/target.ts";
import type { Catalogue } from "./catalogue/catalogue.ts";
import type { TargetCost } from "./cost/cost.ts";
import { metersOf } from "./cost/meters.ts";
import { costOfPlan } from "./cost/target-cost.ts";
import type { Figure, TargetFacts } from "./decision/target-facts.ts";
import { known, sum, unknown, type Estimate } from "./estimate.ts";
import type { Target } from "./targets/target.ts";
import type { Usage } from "./usage.ts";

/** What a target costs and how it behaves. */
export interface ComparedTarget {
  readonly name: string;
  readonly origin: Target["origin"];
  readonly shape: TargetShape;
  readonly cost: TargetCost;
  readonly capacity: TargetCapacity;
  readonly availability: TargetAvailability;
  readonly work: { readonly setupHours: Figure; readonly upkeepHours: Figure };
  readonly remarks: readonly string[];
}

/** What of a plan one has to know to tell targets apart. */
interface TargetShape {
  readonly fleets: readonly {
    readonly name: string;
    readonly host: string;
    readonly region: string;
    readonly size: string;
    readonly processes: readonly { readonly name: string; readonly least: number; readonly most: number }[];
  }[];
  readonly store: { readonly kind: string; readonly identity: string; readonly mayLose: string };
}

export interface TargetParts {
  readonly catalogue: Catalogue;
  /** ISO 8601. */
  readonly day: string;
  readonly usage: Usage;
  readonly seed?: number | undefined;
  /** Hosts where one is already: nothing has to be set up there. */
  readonly currentHosts: readonly string[];
}

/** One target, and the facts that decisions between several are made from. */
export function comparedTarget(
  { name, origin, plan, remarks }: Target,
  parts: TargetParts,
): { readonly compared: ComparedTarget; readonly facts: TargetFacts } {
  const { catalogue, day, usage, seed = 1, currentHosts } = parts;
  const cost = costOfPlan(plan, { catalogue, day, usage });
  const capacity = capacityOfPlan(plan, { catalogue, day, usage, seed });
  const availability = availabilityOfPlan(plan, { catalogue, day, usage });
  const work = {
    setupHours: hoursOf(
      plan,
      parts,
      "setup",
      Object.fromEntries(currentHosts.map((host) => [host, known(0)])),
    ),
    upkeepHours: hoursOf(plan, parts, "upkeep", usage.upkeepHours),
  };
  return {
    compared: { name, origin, shape: shapeOf(plan), cost, capacity, availability, work, remarks },
    facts: {
      name,
      plan,
      cost,
      ...work,
      brazilMs: capacity.brazilMs,
      downMinutes: availability.downMinutes,
      storeCommands: metersOf(plan, { usage, catalogue, day })["store-commands"],
    },
  };
}

/** Processes that so many messages need, each as full as the fleet's are when it is. */
export function processesNeeded({ fleets }: TargetCapacity): Estimate {
  return sum(
    fleets.map(({ busiest, saturation, processes }): Estimate => {
      if (busiest.kind === "unknown") return busiest;
      if (saturation.kind === "unknown") return saturation;
      const each = { low: saturation.low / processes.low, high: saturation.high / processes.high };
      return known(
        Math.ceil(busiest.low / Math.max(each.low, each.high)),
        Math.ceil(busiest.high / Math.min(each.low, each.high)),
      );
    }),
  );
}

const WORK = {
  setup: "hours until it runs on",
  upkeep: "hours a month of looking after",
} as const;

/** Of all hosts of a plan: whoever gives the hours knows better than the catalogue. */
function hoursOf(
  { fleets }: StackPlan,
  { catalogue, day }: TargetParts,
  kind: keyof typeof WORK,
  given: Usage["upkeepHours"],
): Figure {
  const hosts = [...new Set(fleets.map(({ host }) => host))];
  const hours = hosts.map((host) => {
    const id = `people/${kind}/${host}`;
    const own = given[host];
    if (own !== undefined)
      return { estimate: { kind: "known" as const, ...own }, sources: [], isOpinion: false };
    const entry = catalogue.entry(id, day);
    const estimate: Estimate =
      entry?.value == null ? unknown(`${WORK[kind]} ${host}`) : { kind: "known", ...entry.value };
    return { estimate, sources: [id], isOpinion: entry?.sourceKind !== "measured" };
  });
  const isOpinion = hours.some((each) => each.isOpinion);
  return {
    estimate: sum(hours.map(({ estimate }) => estimate)),
    sources: hours.flatMap(({ sources }) => sources),
    ...(isOpinion ? { isOpinion } : {}),
  };
}

function shapeOf({ fleets, store }: StackPlan): TargetShape {
  return {
    fleets: fleets.map(({ name, host, region, size, processes }) => ({
      name,
      host,
      region,
      size,
      processes: processes.map((process) => ({ name: process.name, ...process.copies })),
    })),
    store: { kind: store.kind, identity: store.identity, mayLose: store.mayLose },
  };
}
