import type { StackPlan } from "../../plan.ts";
import { money, timesAmount, unknownAmount } from "../amount.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import { unknown, type Estimate } from "../estimate.ts";
import type { Usage } from "../usage.ts";
import type { Cost } from "./cost.ts";
import { costOf } from "./price-items.ts";

/** What looking after each fleet takes, in hours of a month, at what an hour costs. */
export function peopleCost(
  { fleets }: StackPlan,
  { usage, catalogue, day }: { readonly usage: Usage; readonly catalogue: Catalogue; readonly day: string },
): Cost {
  const hosts = [...new Set(fleets.map(({ host }) => host))];
  const unitPrice =
    usage.hourlyRate === undefined
      ? unknownAmount("what an hour of work costs")
      : money({ kind: "known", ...usage.hourlyRate });
  return costOf(
    hosts.map((host) => {
      const price = `people/upkeep/${host}`;
      const entry = catalogue.entry(price, day);
      const quantity = hoursOf(host, usage, entry?.value ?? undefined);
      return {
        of: "people",
        what: `looking after ${host}`,
        basis: "usage",
        price,
        unitPrice,
        unit: "hour",
        quantity,
        amount: timesAmount(unitPrice, quantity),
        entries: entry === undefined ? [] : [entry],
      };
    }),
  );
}

function hoursOf(
  host: string,
  { upkeepHours }: Usage,
  usual: { low: number; high: number } | undefined,
): Estimate {
  const hours = upkeepHours[host] ?? usual;
  return hours === undefined
    ? unknown(`hours a month of looking after ${host}`)
    : { kind: "known", ...hours };
}
