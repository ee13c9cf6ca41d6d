import type { StackPlan } from "../../plan.ts";

/** What is compared: a complete plan under a name. */
export interface Target {
  readonly name: string;
  readonly origin: "stack" | "example" | "flag";
  readonly plan: StackPlan;
  /** What of it was chosen here, and not by whoever named it. Each a sentence. */
  readonly remarks: readonly string[];
}
