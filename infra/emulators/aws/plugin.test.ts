import { expect, test } from "vitest";
import { secret, UNKNOWN_TEXT } from "../../provider/client-fixture.ts";
import { REGION, SERVICE, useAws } from "./aws-fixture.ts";

const aws = useAws();
const CLUSTER = "aws:ecs/cluster:Cluster";
const SUBNET = "aws:ec2/subnet:Subnet";
const VPC = "aws:ec2/vpc:Vpc";
const VERSION = "aws:secretsmanager/secretVersion:SecretVersion";

async function reasons(type: string, inputs: Readonly<Record<string, unknown>>): Promise<string> {
  const { failures } = await (await aws().engine(type)).check(inputs);
  return failures.map(({ reason }) => reason).join("\n");
}

test.each([
  [
    "a name that the SDK has not",
    CLUSTER,
    { nmae: "main" },
    "aws:ecs/cluster:Cluster: nmae: expected a property that @pulumi/aws knows, got another one (the nearest is name)",
  ],
  [
    "one deep inside",
    SERVICE,
    { networkConfiguration: { subnets: ["subnet-1"], assignPublicIP: true } },
    "aws:ecs/service:Service: networkConfiguration.assignPublicIP: expected a property that @pulumi/aws knows, got another one (the nearest is assignPublicIp)",
  ],
  [
    "one in a list",
    SERVICE,
    { capacityProviderStrategies: [{ capacityProvider: "FARGATE" }, { provider: "FARGATE_SPOT" }] },
    "aws:ecs/service:Service: capacityProviderStrategies[1].capacityProvider: expected a value, got nothing",
  ],
  [
    "what is required",
    "aws:lb/targetGroup:TargetGroup",
    { healthCheck: { matcher: 200 } },
    "aws:lb/targetGroup:TargetGroup: healthCheck.matcher: expected text, got a number",
  ],
  ["what is missing", SUBNET, {}, "aws:ec2/subnet:Subnet: vpcId: expected a value, got nothing"],
  [
    "a list that is none",
    SERVICE,
    { loadBalancers: { containerName: "main" } },
    "aws:ecs/service:Service: loadBalancers: expected a list, got an object",
  ],
])("%s is refused by name", async (_what, type, inputs, problem) => {
  expect((await reasons(type, inputs)).split("\n")).toContain(problem);
});

test("what is not known yet, or secret, is no problem, and no value of it is shown", async () => {
  expect(await reasons(SUBNET, { vpcId: UNKNOWN_TEXT, cidrBlock: secret("10.0.0.0/24") })).toBe("");
  const shown = await reasons(VERSION, { secretId: "x", secretString: secret({ key: "of-the-account" }) });
  expect(shown).toBe(`${VERSION}: secretString: expected text, got an object`);
});

test("a type that the SDK has not is refused", async () => {
  await expect(reasons("aws:ecs/cluster:Clustr", {})).rejects.toThrow(/got aws:ecs\/cluster:Clustr/);
  await expect(reasons("aws:ecs/../ecs/cluster:Cluster", {})).rejects.toThrow(/expected a type of resource/);
});

test("every type that the SDK has is taken, also one that nothing here depends on", async () => {
  const queue = await aws().make("aws:sqs/queue:Queue", { name: "letters" });
  expect(queue.state).toMatchObject({ arn: "arn:aws:sqs:sa-east-1:123456789012:queue/letters" });
});

test("a resource has the attributes that others refer to, in its provider's region, and the provider's tags", async () => {
  const config = { region: "us-west-2", defaultTags: JSON.stringify({ tags: { stack: "trial" } }) };
  const engine = await aws().engine(CLUSTER, config);
  const { inputs } = await engine.check({ name: "main", tags: { fleet: "main" } });
  expect((await engine.create(inputs)).state).toMatchObject({
    arn: "arn:aws:ecs:us-west-2:123456789012:cluster/main",
    name: "main",
    tagsAll: { stack: "trial", fleet: "main" },
  });
  // Somebody else, at the same time, elsewhere.
  expect((await aws().make(CLUSTER, { name: "main" })).state).toMatchObject({
    arn: `arn:aws:ecs:${REGION}:123456789012:cluster/main`,
  });
});

test("without a name it has one of Pulumi's making, and keeps it", async () => {
  const engine = await aws().engine(CLUSTER);
  const { inputs } = await engine.check({});
  expect(inputs["name"]).toMatch(/^one-[0-9a-f]{7}$/);
});

test("another account, and no region, are refused as AWS's provider does", async () => {
  await expect(
    aws().engine(VPC, { region: REGION, allowedAccountIds: JSON.stringify(["210987654321"]) }),
  ).rejects.toThrow(/AWS account ID not allowed: 123456789012 \(allowed: 210987654321\)/);
  await aws().engine(VPC, { region: REGION, allowedAccountIds: JSON.stringify(["123456789012"]) });
  await expect(aws().engine(VPC, {})).rejects.toThrow(/Invalid AWS Region/);
  const { failures } = await (await aws().engine(VPC)).checkConfig({ region: REGION, regoin: "x" });
  expect(JSON.stringify(failures)).toContain("regoin: expected a property that @pulumi/aws knows");
});

test("a secret comes back as one, stays one, and is not at the desk", async () => {
  const kept = await aws().make("aws:secretsmanager/secret:Secret", { name: "oxy/main" });
  const password = "of-nobody-else-0123456789";
  const version = await aws().make(VERSION, { secretId: kept.id, secretString: secret(password) });
  expect(version.state["secretString"]).toEqual(secret(password));
  expect((await aws().read(version)).state["secretString"]).toEqual(secret(password));
  expect(JSON.stringify(aws().aws.emulator.calls)).not.toContain(password);
  // Also what the program forgot to mark: the SDK knows it.
  const other = await aws().make(VERSION, { secretId: kept.id, secretString: "in-clear-0123456789" });
  expect(other.state["secretString"]).toEqual(secret("in-clear-0123456789"));
});

test("calls are noted as those of the other emulators", async () => {
  const vpc = await aws().make(VPC, { cidrBlock: "10.0.0.0/16" });
  await aws().read(vpc);
  await aws().remove(vpc);
  expect(aws().aws.emulator.calls.map(({ method, path, status }) => `${method} ${path} ${status}`)).toEqual([
    "POST /aws:ec2/vpc:Vpc/one 200",
    "GET /aws:ec2/vpc:Vpc/one 200",
    "DELETE /aws:ec2/vpc:Vpc/one 200",
  ]);
});

test("a preview makes nothing, and knows what it was given", async () => {
  const engine = await aws().engine(CLUSTER);
  const { id, state } = await engine.create({ name: "main" }, { preview: true });
  expect(id).toBe("");
  expect(state).toMatchObject({ name: "main", arn: UNKNOWN_TEXT });
  expect(aws().aws.account.everything).toEqual([]);
  expect(aws().aws.emulator.calls).toEqual([]);
});

test("what cannot be changed is replaced, and what has a name of its own only after it is gone", async () => {
  const vpc = await aws().make(VPC, { cidrBlock: "10.0.0.0/16", enableDnsSupport: true });
  const engine = await aws().engine(VPC);
  const moved = await engine.diff(vpc.inputs, vpc.state, { ...vpc.inputs, cidrBlock: "10.1.0.0/16" });
  expect(moved).toMatchObject({ isChanged: true, replaces: ["cidrBlock"] });
  const changed = await engine.diff(vpc.inputs, vpc.state, { ...vpc.inputs, enableDnsSupport: false });
  expect(changed).toMatchObject({ isChanged: true, replaces: [] });
  expect(await engine.diff(vpc.inputs, vpc.state, vpc.inputs)).toMatchObject({ isChanged: false });
});

test("a task definition never changes: another one has the next revision", async () => {
  const around = await aws().surroundings();
  const image = await aws().image("1");
  const first = await aws().taskDefinition(around, image);
  const engine = await aws().engine(first.type);
  const next = { ...first.inputs, cpu: "512" };
  expect(await engine.diff(first.inputs, first.state, next)).toMatchObject({ replaces: ["cpu"] });
  await aws().remove(first);
  expect((await aws().taskDefinition(around, image)).state["revision"]).toBe(2);
});

test("another strategy of capacity providers needs a new deployment, or AWS's provider refuses it", async () => {
  const around = await aws().surroundings();
  const definition = await aws().taskDefinition(around, await aws().image("1"));
  const service = await aws().service(around, definition, { desiredCount: 0 });
  const engine = await aws().engine(SERVICE);
  const strategy = { capacityProviderStrategies: [{ capacityProvider: "FARGATE", base: 2, weight: 1 }] };
  await expect(
    engine.diff(service.inputs, service.state, {
      ...service.inputs,
      ...strategy,
      forceNewDeployment: false,
    }),
  ).rejects.toThrow(/force_new_deployment should be true/);
  expect(await engine.diff(service.inputs, service.state, { ...service.inputs, ...strategy })).toMatchObject({
    isChanged: true,
    replaces: [],
  });
});

test("what names something that is not there is refused", async () => {
  const vpcId = "vpc-0123456789abcdef0";
  await expect(aws().make(SUBNET, { vpcId, cidrBlock: "10.0.0.0/24" })).rejects.toThrow(
    /creating aws:ec2\/subnet:Subnet \(one\): ResourceNotFoundException: vpc-0123456789abcdef0 does not exist/,
  );
});

test("what something else needs is not deleted before it", async () => {
  const { vpc, gateway, subnet, table, route, association, group, egress } = await aws().network();
  await expect(aws().remove(vpc)).rejects.toThrow(/DependencyViolation.*aws:ec2\/subnet:Subnet/);
  await expect(aws().remove(table)).rejects.toThrow(/DependencyViolation/);
  for (const made of [association, route, table, gateway, subnet, egress, group, vpc])
    await aws().remove(made);
  expect(aws().aws.account.everything).toEqual([]);
});

test("what is gone is not there to be read, and may be deleted again", async () => {
  const vpc = await aws().make(VPC, { cidrBlock: "10.0.0.0/16" });
  await aws().remove(vpc);
  expect(await aws().read(vpc)).toMatchObject({ id: "" });
  await aws().remove(vpc);
});

test("the same name twice is refused", async () => {
  await aws().make(CLUSTER, { name: "main" });
  await expect(aws().make(CLUSTER, { name: "main" })).rejects.toThrow(/ResourceAlreadyExists/);
});

test("a fault strikes before anything is made, or after it", async () => {
  const { emulator, account } = aws().aws;
  emulator.inject(() => ({ kind: "status", status: 503, message: "slow down" }));
  await expect(aws().make(CLUSTER, { name: "main" })).rejects.toThrow(
    /StatusCode: 503, api error: slow down/,
  );
  emulator.inject(() => ({ kind: "cut before" }));
  await expect(aws().make(CLUSTER, { name: "main" })).rejects.toThrow(/connection reset/);
  expect(account.everything).toEqual([]);
  emulator.inject(() => ({ kind: "cut after" }));
  await expect(aws().make(CLUSTER, { name: "main" })).rejects.toThrow(/connection reset/);
  expect(account.everything).toHaveLength(1);
  expect(emulator.calls.map(({ status }) => status)).toEqual([503, 0, 0]);
});
