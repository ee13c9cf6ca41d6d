import type { StackPlan } from "../../plan.ts";
import { total } from "../amount.ts";
import { aiCost } from "./ai-cost.ts";
import type { TargetCost } from "./cost.ts";
import { hostingCost, type CostParts } from "./hosting-cost.ts";
import { peopleCost } from "./people-cost.ts";

/** What a month of that plan costs at that usage. */
export function costOfPlan(plan: StackPlan, parts: CostParts): TargetCost {
  const { catalogue, day, usage } = parts;
  const hosting = hostingCost(plan, parts);
  const ai = aiCost(usage, day);
  const people = peopleCost(plan, { usage, catalogue, day });
  return { hosting, ai, people, total: total([hosting.total, ai.total, people.total]) };
}
