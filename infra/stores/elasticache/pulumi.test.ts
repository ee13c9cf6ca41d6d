import { isSecret, secret, type Output } from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { reference } from "../../aws/references.ts";
import { AnyResource, registering, SECRET } from "../../engine-fixture.ts";
import { OxyProvider } from "../../provider/declare.ts";
import type { StackResources } from "../../stack-resources.ts";
import type { ReplicationGroup, StoreResource } from "./graph.ts";
import type { ElastiCachePlan } from "./plan.ts";
import { deployStore } from "./pulumi.ts";

const NETWORK = ["network-alarms", "network-store-clients", "network-subnet-1", "network-vpc"];
const PASSWORD = "OXY_STORE_PASSWORD of the test";

const REPLICATION_GROUP: ReplicationGroup = {
  type: "elasticache_replication_group",
  name: "store",
  replicationGroupId: "trial",
  description: "Conversations",
  engine: "valkey",
  engineVersion: "8.0",
  nodeType: "cache.t4g.small",
  numCacheClusters: 2,
  automaticFailoverEnabled: true,
  multiAzEnabled: true,
  parameterGroupName: reference("store-parameters", "name"),
  subnetGroupName: reference("store-subnets", "name"),
  securityGroupIds: [reference("store-access", "id")],
  port: 6_379,
  transitEncryptionEnabled: true,
  transitEncryptionMode: "required",
  authToken: { secret: "OXY_STORE_PASSWORD" },
  authTokenUpdateStrategy: "ROTATE",
  atRestEncryptionEnabled: true,
  autoMinorVersionUpgrade: false,
  applyImmediately: true,
  snapshotRetentionLimit: 7,
  snapshotWindow: "06:00-07:00",
  maintenanceWindow: "sun:08:00-sun:09:00",
  finalSnapshotIdentifier: "trial-final",
};

/** One of each. */
const NODES: readonly StoreResource[] = [
  {
    type: "elasticache_subnet_group",
    name: "store-subnets",
    groupName: "trial",
    description: "Without a way out",
    subnetIds: [reference("network-subnet-1", "id")],
  },
  {
    type: "elasticache_parameter_group",
    name: "store-parameters",
    groupName: "trial-parameters",
    description: "Refuses writes when it is full",
    family: "valkey8",
    parameters: [{ name: "maxmemory-policy", value: "noeviction" }],
  },
  {
    type: "security_group",
    name: "store-access",
    groupName: "trial-store",
    description: "The store",
    vpcId: reference("network-vpc", "id"),
    tags: { Name: "trial-store" },
  },
  {
    type: "vpc_security_group_ingress_rule",
    name: "store-access-from-clients",
    securityGroupId: reference("store-access", "id"),
    description: "From the tasks",
    ipProtocol: "tcp",
    fromPort: 6_379,
    toPort: 6_379,
    referencedSecurityGroupId: reference("network-store-clients", "id"),
  },
  REPLICATION_GROUP,
  {
    type: "cloudwatch_metric_alarm",
    name: "store-evictions",
    alarmName: "trial-store-evictions",
    alarmDescription: "It forgets",
    namespace: "AWS/ElastiCache",
    metricName: "Evictions",
    dimensions: { CacheClusterId: "trial-001" },
    statistic: "Sum",
    period: 300,
    evaluationPeriods: 1,
    threshold: 0,
    comparisonOperator: "GreaterThanThreshold",
    treatMissingData: "notBreaching",
    alarmActions: [reference("network-alarms", "arn")],
  },
];

const PLAN: ElastiCachePlan = {
  kind: "elasticache",
  identity: "elasticache/us-east-1",
  mayLose: "nothing",
  protected: true,
  region: "us-east-1",
  nodeType: "cache.t4g.small",
  replicas: 1,
  resources: NODES,
  url: {
    join: [
      "rediss://:",
      { secret: "OXY_STORE_PASSWORD" },
      "@",
      reference("store", "primaryEndpointAddress"),
      ":6379",
    ],
  },
};

function known<T>(value: Output<T>): Promise<T> {
  return new Promise((resolve) => {
    value.apply(resolve);
  });
}

/** As the rest of the stack would hand them to the store. */
function surroundings(): Omit<StackResources, "store"> {
  const provider = new OxyProvider("oxy", { home: "/home/of/the/test" });
  const dependsOn = [new AnyResource("binding")];
  return {
    stack: "trial",
    provider,
    dependsOn,
    secret: (name) => secret(`${name} of the test`),
    shared: (_name, declared) => declared(),
    network: {
      options: { provider, dependsOn },
      resources: new Map(NETWORK.map((name) => [name, new AnyResource(name)])),
    },
  };
}

async function deployed(plan: ElastiCachePlan = PLAN, { preview = false } = {}) {
  const program = async () => deployStore(plan, surroundings());
  const { result, registered } = await registering("trial", program, { preview });
  return {
    store: result,
    registered,
    byName: new Map(registered.map((resource) => [resource.name, resource])),
  };
}

test("each node is a resource, made by the network's provider and after what everything waits for", async () => {
  const { registered } = await deployed();
  const others = new Set([...NETWORK, "binding", "oxy"]);
  const own = registered.filter(({ name }) => !others.has(name));
  expect(own.map(({ name }) => name)).toEqual(NODES.map(({ name }) => name).toSorted());
  expect(own.filter(({ provider }) => provider !== "oxy")).toEqual([]);
  expect(own.filter(({ dependencies }) => !dependencies.includes("binding"))).toEqual([]);
});

test("what holds the data is protected where the plan says so, and nothing else is", async () => {
  const isProtected = async (plan: ElastiCachePlan) =>
    (await deployed(plan)).registered.filter(({ protect }) => protect).map(({ name }) => name);
  expect(await isProtected(PLAN)).toEqual(["store"]);
  expect(await isProtected({ ...PLAN, protected: false })).toEqual([]);
});

test("every property is the node's, but for the password, which is secret", async () => {
  const { byName } = await deployed();
  const { type: _type, name: _name, ...properties } = REPLICATION_GROUP;
  expect(byName.get("store")).toMatchObject({
    inputs: {
      ...properties,
      parameterGroupName: "«store-parameters.name»",
      subnetGroupName: "«store-subnets.name»",
      securityGroupIds: ["«store-access.id»"],
      authToken: SECRET,
    },
    secrets: JSON.stringify([PASSWORD]),
  });
  expect(Object.keys(byName.get("store")?.inputs ?? {}).toSorted()).toEqual(
    Object.keys(properties).toSorted(),
  );
  expect(byName.get("store-subnets")?.inputs).toEqual({
    name: "trial",
    description: "Without a way out",
    subnetIds: ["«network-subnet-1.id»"],
  });
  expect(byName.get("store-parameters")?.inputs).toEqual({
    name: "trial-parameters",
    description: "Refuses writes when it is full",
    family: "valkey8",
    parameters: [{ name: "maxmemory-policy", value: "noeviction" }],
  });
  expect(byName.get("store-evictions")?.inputs).toEqual({
    name: "trial-store-evictions",
    alarmDescription: "It forgets",
    namespace: "AWS/ElastiCache",
    metricName: "Evictions",
    dimensions: { CacheClusterId: "trial-001" },
    statistic: "Sum",
    period: 300,
    evaluationPeriods: 1,
    threshold: 0,
    comparisonOperator: "GreaterThanThreshold",
    treatMissingData: "notBreaching",
    alarmActions: ["«network-alarms.arn»"],
  });
});

test("it is reached from the VPC of its region, at an address that is secret", async () => {
  const { store } = await deployed();
  const url = store.urlFrom("private:aws/us-east-1");
  expect(await isSecret(url)).toBe(true);
  expect(await known(url)).toBe(`rediss://:${PASSWORD}@«store.primaryEndpointAddress»:6379`);
});

test("its address is secret in a preview, before it is known", async () => {
  const { store } = await deployed(PLAN, { preview: true });
  expect(await isSecret(store.urlFrom("private:aws/us-east-1"))).toBe(true);
});

test.each(["internet", "loopback", "private:aws/sa-east-1"] as const)(
  "it is not reached from %s",
  async (network) => {
    const { store } = await deployed();
    expect(() => store.urlFrom(network)).toThrow(
      `expected to be reached from private:aws/us-east-1, got ${network}`,
    );
  },
);

test("nothing of it shows the password", async () => {
  const { registered } = await deployed();
  expect(JSON.stringify(registered.map(({ inputs }) => inputs))).not.toContain(PASSWORD);
});
