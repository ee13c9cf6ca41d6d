import type { CostItem } from "../../cost-item.ts";

/** It is on the machine of its fleet, whose cost has it already. */
export function priceStore(): readonly CostItem[] {
  return [];
}
