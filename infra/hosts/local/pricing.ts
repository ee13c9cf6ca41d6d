import { exactly, type CostItem } from "../../cost-item.ts";

/** Nobody bills it; what the machine costs, only its owner knows. */
export function priceFleet(): readonly CostItem[] {
  return [{ what: "this machine", price: "local/machine", quantity: exactly(1) }];
}
