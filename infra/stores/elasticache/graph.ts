import type { Resource } from "../../aws/graph.ts";
import type { MetricAlarm } from "../../aws/alarm.ts";
import type { Text } from "../../aws/references.ts";
import type { EgressRule, IngressRule, SecurityGroup } from "../../networks/aws-vpc/graph.ts";

interface SubnetGroup extends Resource {
  readonly type: "elasticache_subnet_group";
  readonly groupName: string;
  readonly description: string;
  readonly subnetIds: readonly Text[];
}

interface ParameterGroup extends Resource {
  readonly type: "elasticache_parameter_group";
  readonly groupName: string;
  readonly description: string;
  readonly family: "valkey8";
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
}

/** Node-based, cluster mode disabled: BullMQ's scripts touch keys of several slots. */
export interface ReplicationGroup extends Resource {
  readonly type: "elasticache_replication_group";
  readonly replicationGroupId: string;
  readonly description: string;
  readonly engine: "valkey";
  readonly engineVersion: string;
  readonly nodeType: string;
  /** One primary, and its replicas. */
  readonly numCacheClusters: number;
  readonly automaticFailoverEnabled: boolean;
  readonly multiAzEnabled: boolean;
  readonly parameterGroupName: Text;
  readonly subnetGroupName: Text;
  readonly securityGroupIds: readonly Text[];
  readonly port: number;
  readonly transitEncryptionEnabled: boolean;
  readonly transitEncryptionMode: "required";
  readonly authToken: Text;
  readonly authTokenUpdateStrategy: "ROTATE";
  readonly atRestEncryptionEnabled: boolean;
  readonly autoMinorVersionUpgrade: boolean;
  readonly applyImmediately: boolean;
  /** Days for which daily snapshots are kept. */
  readonly snapshotRetentionLimit: number;
  /** In UTC, `hh24:mi-hh24:mi`. */
  readonly snapshotWindow: string;
  /** In UTC, `ddd:hh24:mi-ddd:hh24:mi`. */
  readonly maintenanceWindow: string;
  /** Taken before it is deleted; only where it is worth keeping. */
  readonly finalSnapshotIdentifier?: string;
}

export type StoreResource =
  | SubnetGroup
  | ParameterGroup
  | ReplicationGroup
  | SecurityGroup
  | IngressRule
  | EgressRule
  | MetricAlarm;
