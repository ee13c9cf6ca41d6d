import { exactly, type CostItem } from "../../cost-item.ts";
import type { RenderKeyValuePlan } from "./plan.ts";

/** By its plan alone: commands and private traffic are free. */
export function priceStore({ plan }: RenderKeyValuePlan): readonly CostItem[] {
  return [{ what: `Key Value, ${plan}`, price: `render/key-value/${plan}`, quantity: exactly(1) }];
}
