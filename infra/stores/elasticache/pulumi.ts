import { ParameterGroup } from "@pulumi/aws/elasticache/parameterGroup.js";
import { ReplicationGroup } from "@pulumi/aws/elasticache/replicationGroup.js";
import { SubnetGroup } from "@pulumi/aws/elasticache/subnetGroup.js";
import { output, secret } from "@pulumi/pulumi";
import { alarmMakers, firewallMakers } from "../../aws/pulumi.ts";
import { makeAll, makingWith, type Makers } from "../../aws/pulumi-graph.ts";
import { requireNetwork, type StackResources, type StoreDeployment } from "../../stack-resources.ts";
import type { StoreResource } from "./graph.ts";
import type { ElastiCachePlan } from "./plan.ts";

export function deployStore(
  plan: ElastiCachePlan,
  resources: Omit<StackResources, "store">,
): StoreDeployment {
  const surroundings = { ...requireNetwork(resources), secret: resources.secret };
  const made = makeAll(plan.resources, makers(plan.protected), surroundings);
  const url = makingWith(made, surroundings).text(plan.url);
  const from = `private:aws/${plan.region}`;
  return {
    urlFrom(network) {
      if (network !== from)
        throw new Error(`store elasticache: expected to be reached from ${from}, got ${network}`);
      return secret(output(url));
    },
  };
}

/** @param isProtected whether the engine refuses to delete what holds the data */
function makers(isProtected: boolean): Makers<StoreResource> {
  return {
    ...firewallMakers,
    ...alarmMakers,

    elasticache_subnet_group: ({ name, groupName, description, subnetIds }, { options, texts }) =>
      new SubnetGroup(name, { name: groupName, description, subnetIds: texts(subnetIds) }, options),

    elasticache_parameter_group: ({ name, groupName, description, family, parameters }, { options }) =>
      new ParameterGroup(
        name,
        { name: groupName, description, family, parameters: [...parameters] },
        options,
      ),

    elasticache_replication_group: (node, { options, text, texts }) =>
      new ReplicationGroup(
        node.name,
        {
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
          atRestEncryptionEnabled: node.atRestEncryptionEnabled,
          autoMinorVersionUpgrade: node.autoMinorVersionUpgrade,
          applyImmediately: node.applyImmediately,
          snapshotRetentionLimit: node.snapshotRetentionLimit,
          snapshotWindow: node.snapshotWindow,
          maintenanceWindow: node.maintenanceWindow,
          finalSnapshotIdentifier: node.finalSnapshotIdentifier,
        },
        { ...options, protect: isProtected },
      ),
  };
}
