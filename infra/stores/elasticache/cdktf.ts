import { ElasticacheParameterGroup } from "@cdktf/provider-aws/lib/elasticache-parameter-group/index.js";
import { ElasticacheReplicationGroup } from "@cdktf/provider-aws/lib/elasticache-replication-group/index.js";
import { ElasticacheSubnetGroup } from "@cdktf/provider-aws/lib/elasticache-subnet-group/index.js";
import { alarmMakers, firewallMakers } from "../../aws/cdktf.ts";
import { addAll, given, type Makers, type Module } from "../../aws/cdktf-graph.ts";
import type { Text } from "../../aws/references.ts";
import type { StoreResource } from "./graph.ts";
import type { ElastiCachePlan } from "./plan.ts";

/** @returns its address, as the fleets' resources name it */
export function addStore({ resources, protected: isProtected, url }: ElastiCachePlan, module: Module): Text {
  addAll(resources, makers(isProtected), module);
  return url;
}

/** @param isProtected whether Terraform refuses to delete what holds the data */
function makers(isProtected: boolean): Makers<StoreResource> {
  return {
    ...firewallMakers,
    ...alarmMakers,

    elasticache_subnet_group: ({ name, groupName, description, subnetIds }, { scope, texts }) =>
      new ElasticacheSubnetGroup(scope, name, { name: groupName, description, subnetIds: texts(subnetIds) }),

    elasticache_parameter_group: ({ name, groupName, description, family, parameters }, { scope }) =>
      new ElasticacheParameterGroup(scope, name, {
        name: groupName,
        description,
        family,
        parameter: [...parameters],
      }),

    elasticache_replication_group: (node, { scope, text, texts }) =>
      new ElasticacheReplicationGroup(scope, node.name, {
        replicationGroupId: node.replicationGroupId,
        description: node.description,
        engine: node.engine,
        engineVersion: node.engineVersion,
        nodeType: node.nodeType,
        numCacheClusters: node.numCacheClusters,
        automaticFailoverEnabled: node.automaticFailoverEnabled,
        multiAzEnabled: node.multiAzEnabled,
        parameterGroupName: text(node.parameterGroupName),
        subnetGroupName: text(node.subnetGroupName),
        securityGroupIds: texts(node.securityGroupIds),
        port: node.port,
        transitEncryptionEnabled: node.transitEncryptionEnabled,
        transitEncryptionMode: node.transitEncryptionMode,
        authToken: text(node.authToken),
        authTokenUpdateStrategy: node.authTokenUpdateStrategy,
        // Terraform's provider has both as text that may be unset.
        atRestEncryptionEnabled: `${node.atRestEncryptionEnabled}`,
        autoMinorVersionUpgrade: `${node.autoMinorVersionUpgrade}`,
        applyImmediately: node.applyImmediately,
        snapshotRetentionLimit: node.snapshotRetentionLimit,
        snapshotWindow: node.snapshotWindow,
        maintenanceWindow: node.maintenanceWindow,
        ...given({ finalSnapshotIdentifier: node.finalSnapshotIdentifier }),
        ...(isProtected ? { lifecycle: { preventDestroy: true } } : {}),
      }),
  };
}
