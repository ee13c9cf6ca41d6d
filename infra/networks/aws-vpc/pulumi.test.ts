import { expect, test } from "vitest";
import { reference } from "../../aws/references.ts";
import { stackResources } from "../../deploy.ts";
import { AnyStore, registering } from "../../engine-fixture.ts";
import type { NetworkResource } from "./graph.ts";
import type { AwsVpcPlan } from "./plan.ts";
import { deployNetwork } from "./pulumi.ts";

const tags = { Name: "trial" };
const vpcId = reference("network-vpc", "id");

/** One of each, and of what has a choice one of each choice. */
const NODES: readonly NetworkResource[] = [
  {
    type: "vpc",
    name: "network-vpc",
    cidrBlock: "10.0.0.0/20",
    enableDnsSupport: true,
    enableDnsHostnames: false,
    tags,
  },
  { type: "internet_gateway", name: "network-internet", vpcId, tags },
  {
    type: "subnet",
    name: "network-subnet",
    vpcId,
    cidrBlock: "10.0.1.0/24",
    availabilityZone: "us-east-1a",
    mapPublicIpOnLaunch: false,
    tags,
  },
  { type: "eip", name: "network-address", domain: "vpc", tags },
  {
    type: "nat_gateway",
    name: "network-nat",
    allocationId: reference("network-address", "id"),
    subnetId: reference("network-subnet", "id"),
    tags,
    after: ["network-internet"],
  },
  { type: "route_table", name: "network-table", vpcId, tags },
  {
    type: "route",
    name: "network-route-internet",
    routeTableId: reference("network-table", "id"),
    destinationCidrBlock: "0.0.0.0/0",
    gatewayId: reference("network-internet", "id"),
  },
  {
    type: "route",
    name: "network-route-nat",
    routeTableId: reference("network-table", "id"),
    destinationCidrBlock: "0.0.0.0/0",
    natGatewayId: reference("network-nat", "id"),
  },
  {
    type: "route_table_association",
    name: "network-association",
    routeTableId: reference("network-table", "id"),
    subnetId: reference("network-subnet", "id"),
  },
  { type: "default_security_group", name: "network-default", vpcId, tags },
  {
    type: "security_group",
    name: "network-store-clients",
    groupName: "trial-store-clients",
    description: "May reach the store",
    vpcId,
    tags,
  },
  {
    type: "vpc_security_group_ingress_rule",
    name: "network-in",
    securityGroupId: reference("network-store-clients", "id"),
    description: "From its own",
    ipProtocol: "tcp",
    fromPort: 6_379,
    toPort: 6_380,
    referencedSecurityGroupId: reference("network-store-clients", "id"),
  },
  {
    type: "vpc_security_group_egress_rule",
    name: "network-out",
    securityGroupId: reference("network-store-clients", "id"),
    description: "To everywhere",
    ipProtocol: "-1",
    cidrIpv4: "0.0.0.0/0",
  },
  { type: "sns_topic", name: "network-alarms", topicName: "trial-alarms" },
  {
    type: "sns_topic_subscription",
    name: "network-alarms-email",
    topicArn: reference("network-alarms", "arn"),
    protocol: "email",
    endpoint: "ana@example.com",
  },
];

const PLAN: AwsVpcPlan = {
  kind: "aws-vpc",
  name: "private:aws/us-east-1",
  region: "us-east-1",
  tags: { "oxy:stack": "trial" },
  egress: "nat",
  resources: NODES,
  vpc: vpcId,
  waysOut: [],
  publicSubnets: [],
  taskSubnets: [reference("network-subnet", "id")],
  assignPublicIp: false,
  storeSubnets: [],
  storeClients: reference("network-store-clients", "id"),
  alarms: reference("network-alarms", "arn"),
};

async function deployed(plan: AwsVpcPlan = PLAN) {
  const { result, registered } = await registering("trial", async () => {
    const resources = {
      ...stackResources("trial", "/home/of/the/test", {}),
      dependsOn: [new AnyStore("binding")],
    };
    return deployNetwork(plan, resources);
  });
  return { result, registered, byName: new Map(registered.map((resource) => [resource.name, resource])) };
}

test("each node is a resource, made by the one provider and after what everything waits for", async () => {
  const { registered, result } = await deployed();
  const own = registered.filter(({ type }) => type.startsWith("aws:"));
  expect(own.map(({ name }) => name)).toEqual(NODES.map(({ name }) => name).toSorted());
  expect([...result.resources.keys()]).toEqual(NODES.map(({ name }) => name));
  expect(own.filter(({ provider }) => provider !== "aws-us-east-1")).toEqual([]);
  expect(own.filter(({ dependencies }) => !dependencies.includes("binding"))).toEqual([]);
});

test("what would not work without another, though it does not name it, waits for it", async () => {
  const { byName } = await deployed();
  expect(byName.get("network-nat")?.dependencies).toEqual([
    "binding",
    "network-address",
    "network-internet",
    "network-subnet",
  ]);
  expect(byName.get("network-address")?.dependencies).toEqual(["binding"]);
});

test("the provider is of the plan's region, tags everything, and takes any account when none is asked for", async () => {
  const { byName } = await deployed();
  expect(byName.get("aws-us-east-1")).toMatchObject({
    type: "pulumi:providers:aws",
    inputs: { region: "us-east-1", defaultTags: JSON.stringify({ tags: PLAN.tags }) },
  });
  expect(byName.get("aws-us-east-1")?.inputs).not.toHaveProperty("allowedAccountIds");
});

test("the provider refuses another account than the plan's", async () => {
  const { byName } = await deployed({ ...PLAN, account: "123456789012" });
  expect(byName.get("aws-us-east-1")?.inputs).toMatchObject({
    allowedAccountIds: JSON.stringify(["123456789012"]),
  });
});

test("every property is the node's, and every reference an attribute of what it names", async () => {
  const { byName } = await deployed();
  expect(Object.fromEntries([...byName].filter(([name]) => name.startsWith("network-")).map(told))).toEqual({
    "network-vpc": { cidrBlock: "10.0.0.0/20", enableDnsSupport: true, enableDnsHostnames: false, tags },
    "network-internet": { vpcId: "«network-vpc.id»", tags },
    "network-subnet": {
      vpcId: "«network-vpc.id»",
      cidrBlock: "10.0.1.0/24",
      availabilityZone: "us-east-1a",
      mapPublicIpOnLaunch: false,
      tags,
    },
    "network-address": { domain: "vpc", tags },
    "network-nat": { allocationId: "«network-address.id»", subnetId: "«network-subnet.id»", tags },
    "network-table": { vpcId: "«network-vpc.id»", tags },
    "network-route-internet": {
      routeTableId: "«network-table.id»",
      destinationCidrBlock: "0.0.0.0/0",
      gatewayId: "«network-internet.id»",
    },
    "network-route-nat": {
      routeTableId: "«network-table.id»",
      destinationCidrBlock: "0.0.0.0/0",
      natGatewayId: "«network-nat.id»",
    },
    "network-association": { routeTableId: "«network-table.id»", subnetId: "«network-subnet.id»" },
    "network-default": { vpcId: "«network-vpc.id»", tags },
    "network-store-clients": {
      name: "trial-store-clients",
      description: "May reach the store",
      vpcId: "«network-vpc.id»",
      tags,
    },
    "network-in": {
      securityGroupId: "«network-store-clients.id»",
      description: "From its own",
      ipProtocol: "tcp",
      fromPort: 6_379,
      toPort: 6_380,
      referencedSecurityGroupId: "«network-store-clients.id»",
    },
    "network-out": {
      securityGroupId: "«network-store-clients.id»",
      description: "To everywhere",
      ipProtocol: "-1",
      cidrIpv4: "0.0.0.0/0",
    },
    "network-alarms": { name: "trial-alarms" },
    "network-alarms-email": {
      topic: "«network-alarms.arn»",
      protocol: "email",
      endpoint: "ana@example.com",
    },
  });
});

function told([name, { inputs }]: readonly [string, { readonly inputs: object }]) {
  return [name, inputs] as const;
}
