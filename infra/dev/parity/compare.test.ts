import { expect, test } from "vitest";
import { compare, type Recorded } from "./compare.ts";

const BY_PULUMI: Recorded = {
  type: "aws:ecs/service:Service",
  name: "main-all",
  properties: {
    desiredCount: 2,
    loadBalancers: [{ targetGroupArn: "«main-target.arn»", containerPort: 8_080 }],
    networkConfiguration: { subnets: ["«a.id»", "«b.id»"], assignPublicIp: true },
  },
};
const BY_TERRAFORM: Recorded = {
  type: "aws_ecs_service",
  name: "main-all",
  properties: {
    desiredCount: 2,
    loadBalancer: [{ targetGroupArn: "«main-target.arn»", containerPort: 8_080 }],
    networkConfiguration: { subnets: ["«a.id»", "«b.id»"], assignPublicIp: true },
  },
};

function changed(resource: Recorded, properties: object): Recorded {
  return { ...resource, properties: { ...resource.properties, ...properties } };
}

test("what is the same but for the names of lists is no difference, and every value is counted", () => {
  expect(compare([BY_PULUMI], [BY_TERRAFORM])).toEqual({ resources: 1, properties: 6, differences: [] });
});

test("another value is named by its path, with what each engine has", () => {
  const other = changed(BY_TERRAFORM, {
    networkConfiguration: { subnets: ["«a.id»", "«c.id»"], assignPublicIp: true },
  });
  expect(compare([BY_PULUMI], [other]).differences).toEqual([
    {
      resource: "main-all",
      property: "networkConfiguration.subnets[1]",
      pulumi: "«b.id»",
      terraform: "«c.id»",
    },
  ]);
});

test("what only one of them says is a difference, whichever it is", () => {
  const more = { enableExecuteCommand: false };
  expect(compare([changed(BY_PULUMI, more)], [BY_TERRAFORM]).differences).toEqual([
    { resource: "main-all", property: "enableExecuteCommand", pulumi: "false", terraform: undefined },
  ]);
  expect(compare([BY_PULUMI], [changed(BY_TERRAFORM, more)]).differences).toEqual([
    { resource: "main-all", property: "enableExecuteCommand", pulumi: undefined, terraform: "false" },
  ]);
});

test("a resource that only one of them has is a difference", () => {
  expect(compare([BY_PULUMI], []).differences).toEqual([
    { resource: "main-all", property: "", pulumi: "aws:ecs/service:Service", terraform: undefined },
  ]);
});

test("a resource of another kind is a difference", () => {
  const other = { ...BY_PULUMI, type: "aws:ecs/cluster:Cluster" };
  expect(compare([other], [BY_TERRAFORM]).differences).toMatchObject([{ property: "type" }]);
});

test("a type that nobody has looked up is refused", () => {
  const other = { ...BY_TERRAFORM, type: "aws_instance" };
  expect(() => compare([BY_PULUMI], [other])).toThrow(
    "aws_instance: expected a type of infra/dev/parity/vocabulary.ts",
  );
});
