import { z } from "zod";
import type { StoreConfig } from "../../config.ts";
import { REGIONS } from "../../networks/aws-vpc/regions.ts";
import { choice, integer } from "../../stack-config/field.ts";
import { presetChoice, presetInteger } from "../../stack-config/preset-fields.ts";

/** Burstable ones, and from 6 GB on those that are not. Source: ElastiCache user guide, supported node types, 2026-08. */
const NODE_TYPES = [
  "cache.t4g.micro",
  "cache.t4g.small",
  "cache.t4g.medium",
  "cache.m7g.large",
  "cache.r7g.large",
  "cache.r7g.xlarge",
] as const;

export type NodeType = (typeof NODE_TYPES)[number];

/** What each preset chooses; docs/stores/elasticache.md says why. */
export const PRESETS = {
  minimal: { nodeType: "cache.t4g.micro", replicas: 0, snapshotDays: 1 },
  recommended: { nodeType: "cache.t4g.small", replicas: 1, snapshotDays: 7 },
} as const satisfies Readonly<Record<string, { nodeType: NodeType; replicas: number; snapshotDays: number }>>;

/** What a store at ElastiCache says besides its kind. */
export const elastiCacheStore = z.strictObject({
  preset: choice(
    ["minimal", "recommended"],
    "minimal",
    "`minimal` is one small node for trying out; `recommended` has a replica in another zone, which takes over.",
  ),
  region: choice(REGIONS, "us-east-1", "Where it is: the region of its fleet, whose VPC it is in."),
  engine: choice(
    ["node", "serverless"],
    "node",
    "`node` is a Valkey on nodes. `serverless` is refused: its eviction cannot be switched off, and a queue must not be evicted.",
  ),
  nodeType: presetChoice(
    NODE_TYPES,
    "Memory and price of each node; a quarter of the memory is kept for AWS's own work.",
    "cache.t4g.small",
  ),
  replicas: presetInteger(
    0,
    5,
    "Copies in other zones, one of which takes over from a node that dies. Production needs one.",
    1,
  ),
  snapshotDays: presetInteger(0, 35, "For how many days the daily snapshots are kept; 0 for none.", 7),
  maintenanceHour: integer(
    0,
    23,
    6,
    "The hour in UTC on Sundays in which AWS may replace nodes; the daily snapshot is taken two hours before.",
  ),
});

export type ElastiCacheStoreConfig = StoreConfig & z.output<typeof elastiCacheStore>;
