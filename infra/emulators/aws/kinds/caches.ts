import { arnOf, text, type Kind } from "./kind.ts";

/** ElastiCache. */
export const cacheKinds: Readonly<Record<string, Kind>> = {
  "aws:elasticache/subnetGroup:SubnetGroup": {
    id: ({ inputs }) => text(inputs["name"]),
    outputs: (making, id) => ({ arn: arnOf(making, "elasticache", `subnetgroup:${id}`) }),
    replaceOn: ["name"],
  },
  "aws:elasticache/parameterGroup:ParameterGroup": {
    id: ({ inputs }) => text(inputs["name"]),
    outputs: (making, id) => ({ arn: arnOf(making, "elasticache", `parametergroup:${id}`) }),
    replaceOn: ["name", "family", "description"],
  },
  "aws:elasticache/replicationGroup:ReplicationGroup": {
    id: ({ inputs }) => text(inputs["replicationGroupId"]),
    outputs: (making, id) => ({
      arn: arnOf(making, "elasticache", `replicationgroup:${id}`),
      engineVersionActual: `${text(making.inputs["engineVersion"])}.1`,
      memberClusters: Array.from(
        { length: Number(making.inputs["numCacheClusters"] ?? 1) },
        (_, index) => `${id}-${`${index + 1}`.padStart(3, "0")}`,
      ),
      clusterEnabled: false,
    }),
    replaceOn: ["atRestEncryptionEnabled", "port", "replicationGroupId", "subnetGroupName"],
  },
};
