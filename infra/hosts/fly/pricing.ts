import { exactly, leavingOver, type CostItem } from "../../cost-item.ts";
import type { FlyFleetPlan } from "./plan.ts";

/** Fly's groups of regions by what leaves them, where it is not North America or Europe. Source: Fly docs, about/pricing, 2026-08. */
const EGRESS_ELSEWHERE: Readonly<Record<string, string>> = {
  gru: "sa-apac",
  nrt: "sa-apac",
  sin: "sa-apac",
  syd: "sa-apac",
  bom: "africa-india",
  jnb: "africa-india",
};

/** Each machine by its region, with its volume, and what leaves for the internet: a store at Upstash is there too. */
export function priceFleet({ processes, size, region, network }: FlyFleetPlan): readonly CostItem[] {
  return [
    ...processes.flatMap(({ name, machines, volumeGb }): CostItem[] => [
      {
        what: `${name}, ${size}`,
        price: `fly/machine/${size}`,
        factors: [`fly/region/${region}`],
        quantity: exactly(machines),
      },
      ...(volumeGb === 0
        ? []
        : [
            { what: `volume of ${name}`, price: "fly/volume", quantity: exactly(machines * volumeGb) },
            // As much as the volumes hold at the most; Fly makes them daily unless told, and keeps five.
            {
              what: `snapshots of ${name}'s volume`,
              price: "fly/snapshot",
              quantity: { low: 0, high: machines * volumeGb * SNAPSHOTS_KEPT },
            },
          ]),
    ]),
    {
      what: "sent to the internet",
      price: `fly/egress/${EGRESS_ELSEWHERE[region] ?? "na-eu"}`,
      quantity: { meters: leavingOver(network) },
    },
  ];
}

/** Source: Fly docs, volumes/snapshots, 2026-08: kept for 5 days unless told. */
const SNAPSHOTS_KEPT = 5;
