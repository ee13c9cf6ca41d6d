import { loadCatalogue, type Catalogue } from "../compare/catalogue/catalogue.ts";
import type { Cost } from "../compare/cost/cost.ts";
import { hostingCost, itemsOf } from "../compare/cost/hosting-cost.ts";
import type { OwnedItem } from "../compare/cost/price-items.ts";
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
 * Prices each of these plans by the same prices. It never fails: what runs does not hang on a list of prices, so that a
 * broken one stops no deployment, unless a budget asks for it.
 */
export async function costsOf(
  plans: readonly StackPlan[],
  { usage, day = today(), load = fromCatalogue }: Parts,
): Promise<readonly StackCost[]> {
  let catalogue: Catalogue;
  try {
    catalogue = await load(providersOf(plans));
  } catch (error) {
    const why = `the catalogue of prices cannot be read: ${(error as Error).message}`;
    return plans.map(() => ({ kind: "unpriced", why }));
  }
  return plans.map((plan) => {
    try {
      const cost = hostingCost(plan, { catalogue, day, usage: usage ?? UNKNOWN_USAGE });
      return { kind: "priced", cost, usage };
    } catch (error) {
      // A plan that another version deployed may lack what this one prices by.
      return { kind: "unpriced", why: `its plan cannot be priced: ${(error as Error).message}` };
    }
  });
}

/** ISO 8601, UTC. */
function today(): string {
  return new Date().toISOString().slice(0, "2026-11-22".length);
}

function fromCatalogue(providers: readonly string[]): Promise<Catalogue> {
  return loadCatalogue({ providers });
}

/** What the bills name, and what was measured of this worker: reading the whole catalogue would take longer. */
function providersOf(plans: readonly StackPlan[]): readonly string[] {
  const items = plans.flatMap((plan) => {
    try {
      return itemsOf(plan);
    } catch {
      // Told where it is priced.
      return [];
    }
  });
  return [...new Set(["oxy", ...items.flatMap(idsOf).map((id) => id.split("/")[0] ?? "")])];
}

function idsOf({ item: { price, factors = [], quantity } }: OwnedItem): string[] {
  const beyond = "meters" in quantity && quantity.beyond !== undefined ? [quantity.beyond] : [];
  return [typeof price === "string" ? price : price.account, ...factors, ...beyond];
}
