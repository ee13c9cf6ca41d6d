import type { Effected, PlannedChange } from "../../interruption.ts";
import type { NetworkResource } from "./graph.ts";
import type { AwsVpcPlan } from "./plan.ts";

/** They tell people. */
const QUIET: ReadonlySet<NetworkResource["type"]> = new Set(["sns_topic_subscription"]);
const WAYS_OUT: ReadonlySet<NetworkResource["type"]> = new Set([
  "eip",
  "internet_gateway",
  "nat_gateway",
  "route",
  "route_table",
  "route_table_association",
]);

/** What nobody has tried is unknown, but for what it would be felt by. */
export function interruptsNetwork({ step, before, after }: PlannedChange<AwsVpcPlan>): Effected | undefined {
  const node = [...after.resources, ...before.resources].find(({ name }) => name === step.resource);
  if (node === undefined) return undefined;
  if (QUIET.has(node.type)) return { effect: "none", how: "is changed beside what runs" };
  if (!WAYS_OUT.has(node.type)) return undefined;
  return {
    effect: "unknown",
    how: "is a way to the internet: whether tasks are cut off from WhatsApp and the AI meanwhile, and for how long, is unknown",
  };
}
