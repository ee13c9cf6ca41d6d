import type { OutputMap, Stack } from "@pulumi/pulumi/automation/index.js";
import type { MonthlyCost } from "../monthly-cost/monthly-cost.ts";
import type { StackPlan } from "../plan.ts";
import { EXIT, Failure } from "./failure.ts";

/** What a deployed stack says of itself: the outputs of our program. */
export interface Deployed {
  readonly plan: StackPlan;
  readonly image: string;
  /** Deployments of before had none. */
  readonly monthlyCost?: MonthlyCost;
  /** Where an operator reaches the store. Secret. */
  readonly storeUrl?: string;
  /** Where they do not: what the admin API is asked with. Secret. */
  readonly adminToken?: string;
  /** By fleet, then by process and purpose. */
  readonly urls: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** @throws Failure when nothing is deployed */
export async function deployedOf(stack: Stack): Promise<Deployed> {
  return deployedIn(stack.name, await stack.outputs());
}

/** The same, of outputs that are known. */
export function deployedIn(stack: string, outputs: OutputMap): Deployed {
  if (outputs["plan"] === undefined) {
    throw new Failure(`nothing is deployed in stack ${stack}: run oxy up -s ${stack}`, EXIT.stackNotFound);
  }
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { value }]) => [name, value as unknown]),
  ) as unknown as Deployed;
}
