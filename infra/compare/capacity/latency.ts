import type { FleetPlan } from "../../host.ts";
import type { StackPlan } from "../../plan.ts";
import type { StorePlan } from "../../store.ts";
import type { Figure } from "../decision/target-facts.ts";
import { known, lowestOf, reasonsOf, unknown, type Estimate } from "../estimate.ts";
import type { FactsOfDay } from "../facts.ts";
import { BRAZIL, placeOf } from "./places.ts";

/** From a fleet's processes to the store and back, in ms. */
export function storeRtt({ host, region }: FleetPlan, store: StorePlan, facts: FactsOfDay): Figure {
  const storeRegion = regionOf(store);
  return rttBetween(
    { name: `${host} ${region}`, place: placeOf(host, region) },
    { name: `${store.kind} ${storeRegion}`, place: placeOf(store.kind, storeRegion) },
    facts,
  );
}

/** Between São Paulo and the processes, in ms: of the furthest fleet that has work. */
export function brazilRtt({ fleets }: StackPlan, facts: FactsOfDay): Figure {
  const figures = fleets
    .filter(({ share }) => share > 0)
    .map(({ host, region }) =>
      rttBetween(
        { name: `${host} ${region}`, place: placeOf(host, region) },
        { name: "São Paulo", place: BRAZIL },
        facts,
      ),
    );
  const furthest = figures
    .map(({ estimate }) => estimate)
    .reduce(furtherOf, figures.length === 0 ? unknown("no fleet has work") : known(0));
  return { estimate: furthest, sources: [...new Set(figures.flatMap(({ sources }) => sources))] };
}

interface End {
  readonly name: string;
  readonly place: string | undefined;
}

function rttBetween(one: End, other: End, { catalogue, day }: FactsOfDay): Figure {
  for (const { name, place } of [one, other])
    if (place === undefined) return { estimate: unknown(`where ${name} is`), sources: [] };
  const id = rttId(one.place ?? "", other.place ?? "");
  const entry = catalogue.entry(id, day);
  const estimate: Estimate =
    entry?.value == null
      ? unknown(`round trip between ${one.place} and ${other.place}`)
      : { kind: "known", ...entry.value };
  return { estimate, sources: [id] };
}

/** The nearer name of the alphabet first. */
export function rttId(one: string, other: string): string {
  return `rtt/${[one, other].toSorted().join("/")}`;
}

function furtherOf(one: Estimate, other: Estimate): Estimate {
  if (one.kind === "known" && other.kind === "known")
    return known(Math.max(one.low, other.low), Math.max(one.high, other.high));
  return unknown(reasonsOf(one, other), Math.max(lowestOf(one), lowestOf(other)));
}

/** Every store but the one of this machine is in a region of its host. */
function regionOf(store: StorePlan & { readonly region?: unknown }): string {
  return typeof store.region === "string" ? store.region : "local";
}
