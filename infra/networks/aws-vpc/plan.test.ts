import { describe, expect, test } from "vitest";
import { planVpc, requireVpc, type AwsVpcPlan, type VpcRequest } from "./plan.ts";

function planned(request: Partial<VpcRequest> = {}): AwsVpcPlan {
  return planVpc({ stack: "trial", production: false, region: "us-east-1", ...request });
}

function count({ resources }: AwsVpcPlan): Record<string, number> {
  const types = resources.map(({ type }) => type);
  return Object.fromEntries(
    [...new Set(types)].map((type) => [type, types.filter((one) => one === type).length]),
  );
}

function subnets({ resources }: AwsVpcPlan): readonly string[] {
  return resources.flatMap((node) =>
    node.type === "subnet" ? [`${node.name} ${node.availabilityZone} ${node.cidrBlock}`] : [],
  );
}

test("without a word there are two zones, and no NAT that costs more than all the rest", () => {
  const plan = planned();
  expect(plan).toMatchObject({
    kind: "aws-vpc",
    name: "private:aws/us-east-1",
    egress: "public-ip",
    assignPublicIp: true,
  });
  expect(plan.taskSubnets).toEqual(plan.publicSubnets);
  expect(subnets(plan)).toEqual([
    "network-public-a us-east-1a 10.40.0.0/24",
    "network-public-b us-east-1b 10.40.1.0/24",
    "network-store-a us-east-1a 10.40.8.0/24",
    "network-store-b us-east-1b 10.40.9.0/24",
  ]);
  expect(count(plan)).toEqual({
    vpc: 1,
    internet_gateway: 1,
    default_security_group: 1,
    subnet: 4,
    route_table: 1,
    route: 1,
    route_table_association: 2,
    security_group: 1,
    sns_topic: 1,
  });
});

test("a subnet stays where it is when a zone or a way out is added", () => {
  const all = subnets(planned({ zones: 3, egress: "nat" }));
  for (const fewer of [planned(), planned({ egress: "nat" }), planned({ zones: 3 })])
    expect(all).toEqual(expect.arrayContaining([...subnets(fewer)]));
});

describe("behind NAT", () => {
  test("one gateway is in the first zone, and every zone goes through it", () => {
    const plan = planned({ egress: "nat", zones: 3 });
    expect(count(plan)).toMatchObject({ nat_gateway: 1, eip: 1, subnet: 9, route_table: 2 });
    const tables = plan.resources.flatMap((node) =>
      node.type === "route_table_association" && node.name.startsWith("network-private")
        ? [node.routeTableId]
        : [],
    );
    expect(tables).toEqual(
      Array.from({ length: 3 }, () => ({ of: "network-private-routes-a", attribute: "id" })),
    );
    expect(plan.assignPublicIp).toBe(false);
  });

  test("one in each zone is on its own", () => {
    const plan = planned({ egress: "nat-per-zone", zones: 3 });
    expect(count(plan)).toMatchObject({ nat_gateway: 3, eip: 3, route_table: 4 });
    const routes = plan.resources.flatMap((node) =>
      node.type === "route" && node.natGatewayId !== undefined
        ? [[node.routeTableId, node.natGatewayId]]
        : [],
    );
    expect(routes).toMatchObject(
      ["a", "b", "c"].map((letter) => [
        { of: `network-private-routes-${letter}` },
        { of: `network-nat-${letter}` },
      ]),
    );
  });

  test("a gateway comes after the way out that it needs", () => {
    const gateway = planned({ egress: "nat" }).resources.find(({ type }) => type === "nat_gateway");
    expect(gateway?.after).toEqual(["network-public-way-out"]);
  });
});

test("what starts in it can wait until there is a way out", () => {
  expect(planned().waysOut).toEqual([
    "network-public-way-out",
    "network-public-routed-a",
    "network-public-routed-b",
  ]);
  expect(planned({ egress: "nat" }).waysOut).toEqual(
    expect.arrayContaining(["network-private-way-out-a", "network-private-routed-b"]),
  );
});

test("alarms go to whoever is named, and to a topic in any case", () => {
  expect(count(planned())).not.toHaveProperty("sns_topic_subscription");
  const plan = planned({ alarmEmail: "ana@example.com" });
  expect(plan.resources).toContainEqual({
    type: "sns_topic_subscription",
    name: "network-alarms-email",
    topicArn: plan.alarms,
    protocol: "email",
    endpoint: "ana@example.com",
  });
});

test("an account may have zones of other letters", () => {
  const plan = planned({ region: "us-west-1", zoneLetters: "bc" });
  expect(subnets(plan).map((subnet) => subnet.split(" ")[1])).toEqual([
    "us-west-1b",
    "us-west-1c",
    "us-west-1b",
    "us-west-1c",
  ]);
  expect(subnets(planned({ region: "us-west-1" }))[1]).toContain("us-west-1c");
});

test("everything is tagged with its stack, and the account that it has to be is passed on", () => {
  expect(planned({ production: true, account: "123456789012" })).toMatchObject({
    account: "123456789012",
    tags: { "oxy:stack": "trial", "oxy:production": "true" },
  });
  expect(planned()).not.toHaveProperty("account");
});

test("a region that there is not is a defect, named", () => {
  expect(() => planned({ region: "mars-1" })).toThrow("mars-1: expected one of us-east-1");
});

test("what is put into a VPC comes with one", () => {
  const plan = planned();
  expect(requireVpc(plan)).toBe(plan);
  expect(() => requireVpc(undefined)).toThrow("expected the VPC that it is put into, got nothing");
  expect(() => requireVpc({ kind: "token-ring", name: "internet" })).toThrow("got token-ring");
});
