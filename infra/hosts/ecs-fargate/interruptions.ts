import { handsOver, type Effected, type FleetChange } from "../../interruption.ts";
import type { FleetResource } from "./graph.ts";
import type { EcsFargatePlan } from "./plan.ts";

/** They watch, scale and keep; what runs goes on. */
const QUIET: ReadonlySet<FleetResource["type"]> = new Set([
  "appautoscaling_policy",
  "appautoscaling_target",
  "cloudwatch_metric_alarm",
  "ecr_lifecycle_policy",
  // Tasks that run have what they started with.
  "secretsmanager_secret_version",
  // Its service says what becomes of its tasks.
  "ecs_task_definition",
]);

/** A service exchanges its tasks, 100 to 200 % of them: docs/hosts/ecs-fargate.md. */
export function interruptsFleet({
  step,
  before,
  after,
  process,
}: FleetChange<EcsFargatePlan>): Effected | undefined {
  if (process !== undefined)
    return handsOver(process, "gets new tasks beside the old ones, which are stopped when those are healthy");
  const node = [...after.resources, ...before.resources].find(({ name }) => name === step.resource);
  if (node === undefined) return undefined;
  if (QUIET.has(node.type)) return { effect: "none", how: "is changed beside what runs" };
  if (node.type === "lb" && step.operation === "delete")
    return { effect: "pause", how: "is deleted, and nobody reaches the fleet's HTTP server any more" };
  return undefined;
}
