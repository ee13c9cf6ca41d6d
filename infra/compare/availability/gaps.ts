import type { FleetPlan, ProcessPlan } from "../../host.ts";
import { hostNamed } from "../../hosts.ts";
import type { StackPlan } from "../../plan.ts";
import { known, mapped, product, unknown, type Estimate, type Range } from "../estimate.ts";
import { measuredOf, type UsedFacts } from "../facts.ts";
import type { Usage } from "../usage.ts";

/** What happens in a month, how often. Nobody counted it: an input. */
export interface Events {
  /** New images. */
  readonly releases: Range;
  /** Processes that die or freeze while they hold numbers. */
  readonly deaths: Range;
}

export const USUAL_EVENTS: Events = { releases: known(4, 20), deaths: known(0, 2) };

/** A number is without answers for so long, so many times a month. */
export interface Gap {
  readonly of: string;
  readonly what: "release" | "death";
  readonly times: Range;
  /** Each time. */
  readonly seconds: Estimate;
  /** In a month. */
  readonly minutes: Estimate;
  /** In words. */
  readonly how: string;
  /** Catalogue's ids. */
  readonly sources: readonly string[];
}

/** What each fleet with work takes from its customers when it is changed, and when a process of it dies. */
export function gapsOf(
  plan: StackPlan,
  { events = USUAL_EVENTS, ...facts }: UsedFacts & { readonly events?: Events },
): readonly Gap[] {
  const { usage } = facts;
  const fact = (id: string): Estimate => measuredOf(id, facts);
  const working = plan.fleets.filter(({ share }) => share > 0);
  const all = working.flatMap((fleet) => holdersOf(fleet).map((process) => ({ fleet, process })));
  const least = all.reduce((total, { process }) => total + process.copies.least, 0);
  return all.flatMap(({ fleet, process }) => [
    gap(releaseOf(fleet, process, fact, usage), events.releases),
    gap(deathOf(fleet, process, least, fact, usage), events.deaths),
  ]);
}

type Fact = (id: string) => Estimate;
type Each = Pick<Gap, "of" | "what" | "seconds" | "how" | "sources">;

function releaseOf(fleet: FleetPlan, process: ProcessPlan, fact: Fact, { profile }: Usage): Each {
  const step = {
    operation: "update",
    resource: `${fleet.name}-${process.name}`,
    type: "",
    properties: ["image"],
  } as const;
  const effected = hostNamed(fleet.host).interrupts?.({ step, before: fleet, after: fleet, process });
  const common = {
    of: nameOf(fleet, process),
    what: "release",
    how: effected?.how ?? "nobody has tried it",
  } as const;
  if (effected?.effect === "none") return { ...common, seconds: known(0), sources: [] };
  // What a volume loses is no gap: the machine with another one is there before.
  if (effected?.effect !== "hand-over" && effected?.effect !== "loss")
    return {
      ...common,
      seconds: unknown(`how long a release of ${common.of} takes from its customers`),
      sources: [],
    };
  const own = `oxy/release/gap-ms/${fleet.host}`;
  const measured = fact(own);
  if (measured.kind === "known")
    return { ...common, seconds: mapped(measured, (ms) => ms / 1_000), sources: [own] };
  const handOver = `oxy/failover/${profile}/sigterm-seconds`;
  return { ...common, seconds: fact(handOver), sources: [handOver] };
}

function deathOf(
  fleet: FleetPlan,
  process: ProcessPlan,
  processes: number,
  fact: Fact,
  { profile }: Usage,
): Each {
  const common = { of: nameOf(fleet, process), what: "death" } as const;
  if (processes < 2)
    return {
      ...common,
      seconds: unknown(`how long ${fleet.host} takes to start a process again that died`),
      how: "is alone: until its host has started it again, nobody answers",
      sources: [],
    };
  const ids = ["sigkill", "frozen"].map((way) => `oxy/failover/${profile}/${way}-seconds`);
  const [killed, frozen] = ids.map(fact);
  const seconds =
    killed?.kind === "known" && frozen?.kind === "known"
      ? known(Math.min(killed.low, frozen.low), Math.max(killed.high, frozen.high))
      : unknown(`no measurement ${ids.join(" and ")}`);
  return {
    ...common,
    seconds,
    how: "is followed by one that waits, when its leases have run out",
    sources: ids,
  };
}

function gap(each: Each, times: Range): Gap {
  const minutes = mapped(product(each.seconds, known(times.low, times.high)), (seconds) => seconds / 60);
  return { ...each, times, minutes };
}

function holdersOf({ processes }: FleetPlan): readonly ProcessPlan[] {
  return processes.filter(({ role }) => role !== "web");
}

function nameOf({ name }: FleetPlan, process: ProcessPlan): string {
  return `${name} ${process.name}`;
}
