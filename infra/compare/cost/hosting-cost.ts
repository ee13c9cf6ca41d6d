import type { CostItem } from "../../cost-item.ts";
import { hostNamed } from "../../hosts.ts";
import { networkNamed } from "../../networks.ts";
import type { StackPlan } from "../../plan.ts";
import { storeNamed } from "../../stores.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import type { Usage } from "../usage.ts";
import type { Cost } from "./cost.ts";
import { metersOf } from "./meters.ts";
import { priceItems, type OwnedItem } from "./price-items.ts";

export interface CostParts {
  readonly catalogue: Catalogue;
  /** ISO 8601: prices are those in force on it. */
  readonly day: string;
  readonly usage: Usage;
}

/** What a month of that plan costs at that usage at its hosts, store and network. */
export function hostingCost(plan: StackPlan, parts: CostParts): Cost {
  const { catalogue, day, usage } = parts;
  const meters = metersOf(plan, parts);
  return priceItems(itemsOf(plan), { catalogue, day, meters, accounts: usage.accounts });
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
