import type { CostItem } from "../../cost-item.ts";
import { hostNamed } from "../../hosts.ts";
import { networkNamed } from "../../networks.ts";
import type { StackPlan } from "../../plan.ts";
import { storeNamed } from "../../stores.ts";
import { total } from "../amount.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import type { Usage } from "../usage.ts";
import { aiCost } from "./ai-cost.ts";
import type { TargetCost } from "./cost.ts";
import { metersOf } from "./meters.ts";
import { peopleCost } from "./people-cost.ts";
import { priceItems, type OwnedItem } from "./price-items.ts";

export interface CostParts {
  readonly catalogue: Catalogue;
  /** ISO 8601: prices are those in force on it. */
  readonly day: string;
  readonly usage: Usage;
}

/** What a month of that plan costs at that usage. */
export function costOfPlan(plan: StackPlan, { catalogue, day, usage }: CostParts): TargetCost {
  const meters = metersOf(plan, { usage, catalogue, day });
  const { accounts } = usage;
  const hosting = priceItems(itemsOf(plan), { catalogue, day, meters, accounts });
  const ai = aiCost(usage, day);
  const people = peopleCost(plan, { usage, catalogue, day });
  return { hosting, ai, people, total: total([hosting.total, ai.total, people.total]) };
}

/** The whole bill of a plan, in pure data. */
export function itemsOf({ networks, store, fleets }: StackPlan): readonly OwnedItem[] {
  const owned = (of: string, items: readonly CostItem[]): OwnedItem[] => items.map((item) => ({ of, item }));
  return [
    ...fleets.flatMap((plan) => owned(`fleet ${plan.name}`, hostNamed(plan.host).price(plan))),
    ...owned("store", storeNamed(store.kind).price(store)),
    ...networks.flatMap((plan) => owned("network", networkNamed(plan.kind).price(plan))),
  ];
}
