import type { Graph } from "../../aws/graph.ts";
import { reference, type Text } from "../../aws/references.ts";
import type { NetworkPlan } from "../../network.ts";
import { requireVpc, type AwsVpcPlan } from "../../networks/aws-vpc/plan.ts";
import type { StorePlan } from "../../store.ts";
import { alarmNodes } from "./alarms.ts";
import { PRESETS, type ElastiCacheStoreConfig, type NodeType } from "./config.ts";
import type { ReplicationGroup, StoreResource } from "./graph.ts";

export interface ElastiCachePlan extends StorePlan {
  readonly kind: "elasticache";
  readonly region: string;
  readonly nodeType: NodeType;
  readonly replicas: number;
  readonly resources: Graph<StoreResource>;
  /** `rediss://…`, as the fleets reach it. */
  readonly url: Text;
}

/** AWS docs, ElastiCache, append-only files (none on these engines) and replication (asynchronous), 2026-08. */
const MAY_LOSE = {
  unsaved: "everything, if its one node dies: no snapshot of it is taken",
  single: "everything since the last daily snapshot, if its one node dies",
  replicated: "what was not yet copied to a replica, if the node that leads dies",
} as const;

/** What AWS lets a replication group be called at the most. */
export const LONGEST_ID = 40;
const PORT = 6_379;
const DAY_HOURS = 24;
const SNAPSHOT_HOURS_BEFORE = 2;

export function planStore(request: {
  readonly stack: string;
  readonly production: boolean;
  readonly config: ElastiCacheStoreConfig;
  readonly within?: NetworkPlan;
}): ElastiCachePlan {
  const { stack, production, config } = request;
  const { region } = config;
  const chosen = chosenOf(config);
  const { nodeType, replicas } = chosen;
  const within = requireVpc(request.within);
  return {
    kind: "elasticache",
    identity: `elasticache/${region}`,
    mayLose: mayLose(chosen),
    protected: production,
    region,
    nodeType,
    replicas,
    resources: [
      ...access(stack, within),
      ...group(stack, production, config, chosen, within),
      ...alarmNodes(groupIdOf(stack), replicas, within.alarms),
    ],
    url: {
      join: [
        "rediss://:",
        { secret: "OXY_STORE_PASSWORD" },
        "@",
        reference("store", "primaryEndpointAddress"),
        `:${PORT}`,
      ],
    },
  };
}

function mayLose({ replicas, snapshotDays }: ReturnType<typeof chosenOf>): string {
  if (replicas > 0) return MAY_LOSE.replicated;
  return snapshotDays === 0 ? MAY_LOSE.unsaved : MAY_LOSE.single;
}

/** What the config says, and where it says nothing its preset. */
export function chosenOf({ preset, nodeType, replicas, snapshotDays }: ElastiCacheStoreConfig) {
  const usual = PRESETS[preset];
  return {
    nodeType: nodeType ?? usual.nodeType,
    replicas: replicas ?? usual.replicas,
    snapshotDays: snapshotDays ?? usual.snapshotDays,
  };
}

export function groupIdOf(stack: string): string {
  return `oxy-${stack}`;
}

/** Only the tasks of the stack reach it, and it reaches nobody. */
function access(stack: string, { vpc, storeClients }: AwsVpcPlan): StoreResource[] {
  const groupName = `oxy-${stack}-store`;
  const own = reference("store-access", "id");
  return [
    {
      type: "security_group",
      name: "store-access",
      groupName,
      description: "The store of the stack",
      vpcId: vpc,
      tags: { Name: groupName },
    },
    {
      type: "vpc_security_group_ingress_rule",
      name: "store-from-tasks",
      securityGroupId: own,
      description: "Tasks of the stack",
      ipProtocol: "tcp",
      fromPort: PORT,
      toPort: PORT,
      referencedSecurityGroupId: storeClients,
    },
  ];
}

function group(
  stack: string,
  production: boolean,
  config: ElastiCacheStoreConfig,
  { nodeType, replicas, snapshotDays }: ReturnType<typeof chosenOf>,
  { storeSubnets }: AwsVpcPlan,
): StoreResource[] {
  const id = groupIdOf(stack);
  const isReplicated = replicas > 0;
  const replication: ReplicationGroup = {
    type: "elasticache_replication_group",
    name: "store",
    replicationGroupId: id,
    description: `Store of the Oxy Workers stack ${stack}`,
    engine: "valkey",
    engineVersion: "8.0",
    nodeType,
    numCacheClusters: 1 + replicas,
    automaticFailoverEnabled: isReplicated,
    multiAzEnabled: isReplicated,
    parameterGroupName: reference("store-parameters", "name"),
    subnetGroupName: reference("store-subnets", "name"),
    securityGroupIds: [reference("store-access", "id")],
    port: PORT,
    transitEncryptionEnabled: true,
    transitEncryptionMode: "required",
    authToken: { secret: "OXY_STORE_PASSWORD" },
    authTokenUpdateStrategy: "ROTATE",
    atRestEncryptionEnabled: true,
    // The engine would take what AWS has upgraded by itself for a downgrade to `engineVersion`, which replaces the group
    // and all that is in it. Source: terraform-provider-aws, elasticache/engine_version.go, 2026.
    autoMinorVersionUpgrade: false,
    // A change of the config is meant: it does not wait for the next Sunday.
    applyImmediately: true,
    snapshotRetentionLimit: snapshotDays,
    ...windows(config.maintenanceHour),
    ...(production ? { finalSnapshotIdentifier: `${id}-final` } : {}),
    // Whoever waits for the store may reach it, and until the end: tasks that drain still write.
    after: ["store-from-tasks"],
  };
  return [
    {
      type: "elasticache_subnet_group",
      name: "store-subnets",
      groupName: id,
      description: `Subnets of the store of stack ${stack}`,
      subnetIds: storeSubnets,
    },
    {
      type: "elasticache_parameter_group",
      name: "store-parameters",
      groupName: `${id}-valkey8`,
      description: "A full store refuses writes; it never drops what a queue holds",
      family: "valkey8",
      parameters: [{ name: "maxmemory-policy", value: "noeviction" }],
    },
    replication,
  ];
}

function windows(hour: number): Pick<ReplicationGroup, "maintenanceWindow" | "snapshotWindow"> {
  const before = (hour + DAY_HOURS - SNAPSHOT_HOURS_BEFORE) % DAY_HOURS;
  const end = (hour + 1) % DAY_HOURS;
  return {
    maintenanceWindow: `sun:${clock(hour)}-${end === 0 ? "mon" : "sun"}:${clock(end)}`,
    snapshotWindow: `${clock(before)}-${clock((before + 1) % DAY_HOURS)}`,
  };
}

function clock(hour: number): string {
  return `${String(hour).padStart(2, "0")}:00`;
}
