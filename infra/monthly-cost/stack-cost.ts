import { catalogueIds } from "../cost-item.ts";
import { loadCatalogue, type Catalogue } from "../compare/catalogue/catalogue.ts";
import { isoToday } from "../compare/catalogue/today.ts";
import type { Cost } from "../compare/cost/cost.ts";
import { hostingCost, itemsOf } from "../compare/cost/hosting-cost.ts";
import { UNKNOWN_USAGE, type Usage } from "../compare/usage.ts";
import type { StackPlan } from "../plan.ts";

/** What a stack costs a month at its hosts, store and network; not what its AI and its people do. */
export type StackCost =
  | { readonly kind: "priced"; readonly cost: Cost; readonly usage: Usage | undefined }
  /** Nothing could be priced, not even partly. */
  | { readonly kind: "unpriced"; readonly why: string };

interface Parts {
  /** Undefined where the stack says nothing of it. */
  readonly usage: Usage | undefined;
  /** ISO 8601: prices are those in force on it. */
  readonly day?: string;
  readonly load?: (providers: readonly string[]) => Promise<Catalogue>;
}

/**
 * What a plan costs. It never fails: what runs does not hang on a list of prices, so that a broken one, or a plan of
 * another version that lacks what this one prices by, stops no deployment, unless a budget asks for it.
 */
export async function costOf(
  plan: StackPlan,
  { usage, day = isoToday(), load = fromCatalogue }: Parts,
): Promise<StackCost> {
  try {
    const catalogue = await load(providersOf(plan));
    return {
      kind: "priced",
      cost: hostingCost(plan, { catalogue, day, usage: usage ?? UNKNOWN_USAGE }),
      usage,
    };
  } catch (error) {
    return { kind: "unpriced", why: `its prices cannot be looked up: ${(error as Error).message}` };
  }
}

function fromCatalogue(providers: readonly string[]): Promise<Catalogue> {
  return loadCatalogue({ providers });
}

/** What the bill names, and what was measured of this worker: reading the whole catalogue would take longer. */
function providersOf(plan: StackPlan): readonly string[] {
  return [
    ...new Set([
      "oxy",
      ...itemsOf(plan)
        .flatMap(({ item }) => catalogueIds(item))
        .map((id) => id.split("/")[0] ?? ""),
    ]),
  ];
}
