import { allMonth, exactly, type CostItem } from "../../cost-item.ts";
import type { ElastiCachePlan } from "./plan.ts";

/** Each node by the hour, and its alarms. Snapshots: one is free, more are billed by what they hold. */
export function priceStore({ region, nodeType, replicas, resources }: ElastiCachePlan): readonly CostItem[] {
  const alarms = resources.filter(({ type }) => type === "cloudwatch_metric_alarm").length;
  const snapshots = resources.reduce(
    (days, node) =>
      node.type === "elasticache_replication_group" ? days + node.snapshotRetentionLimit : days,
    0,
  );
  return [
    {
      what: `Valkey, ${nodeType}`,
      price: `aws/elasticache/valkey/${nodeType}@${region}`,
      quantity: allMonth(1 + replicas),
    },
    ...(snapshots <= 1
      ? []
      : [
          {
            what: "snapshots beyond the first",
            price: `aws/elasticache/backup-gb@${region}`,
            quantity: { meters: ["store-memory-gb"], times: snapshots - 1 },
          } satisfies CostItem,
        ]),
    ...(alarms === 0
      ? []
      : [{ what: "alarms of the store", price: `aws/alarm@${region}`, quantity: exactly(alarms) }]),
  ];
}
