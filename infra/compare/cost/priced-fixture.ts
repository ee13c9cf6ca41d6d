import { catalogueIds, type CostItem } from "../../cost-item.ts";
import { loadCatalogue } from "../catalogue/catalogue.ts";

/** When the analysis was made that is compared with, and when this was written. */
const DAYS = ["2025-01-31", "2026-11-25"];

const catalogue = await loadCatalogue();

/** What of a bill the catalogue has no entry for, on either day; one that says that nobody knows is an entry. */
export function withoutEntry(items: readonly CostItem[]): string[] {
  const ids = new Set(items.flatMap(catalogueIds));
  return [...ids].flatMap((id) =>
    DAYS.filter((day) => catalogue.entry(id, day) === undefined).map((day) => `${id} on ${day}`),
  );
}
