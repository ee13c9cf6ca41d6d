import { isOnly, waitsForStore, type Effected, type PlannedChange } from "../../interruption.ts";
import type { ElastiCachePlan } from "./plan.ts";

/** docs/stores/elasticache.md */
export function interruptsStore({
  step,
  before,
  after,
}: PlannedChange<ElastiCachePlan>): Effected | undefined {
  if (step.resource !== "store") {
    const node = [...after.resources, ...before.resources].find(({ name }) => name === step.resource);
    return node?.type === "cloudwatch_metric_alarm"
      ? { effect: "none", how: "is changed beside what runs" }
      : undefined;
  }
  if (
    isOnly(step, "snapshotRetentionLimit", "snapshotWindow", "maintenanceWindow", "finalSnapshotIdentifier")
  )
    return { effect: "none", how: "is told when and for how long to take snapshots" };
  if (isOnly(step, "authToken"))
    return { effect: "none", how: "gets another password, beside which the one before goes on" };
  if (!step.properties.includes("nodeType")) return undefined;
  if (before.replicas > 0)
    return waitsForStore(
      "gets other nodes at once; for how long it is away then is unknown, nobody has measured it",
    );
  return {
    effect: "loss",
    how: "gets another node in place of its only one, at once: commands wait, and what it held may be gone",
  };
}
