import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SERVICE, useAws, type Made, type Surroundings } from "./aws-fixture.ts";

const aws = useAws();
/** On a machine that has other things to do. */
const SOON = { timeout: 20_000 };
const CIRCUIT = { deploymentCircuitBreaker: { enable: true, rollback: false } };

/** Why a service never was steady. */
async function failure(around: Surroundings, definition: Made, more: object = {}): Promise<string> {
  const made = aws().service(around, definition, { ...CIRCUIT, ...more });
  const error = await made.then(
    () => new Error("it was made"),
    (reason: Error) => reason,
  );
  return error.message;
}

/** Tasks of the one service, the live ones first. */
function tasks() {
  return aws().aws.services.running.flatMap(({ service }) => service.tasks);
}

function live() {
  return tasks().filter(({ isLive }) => isLive);
}

function well() {
  return live().filter(({ isWell }) => isWell);
}

test("a secret that the execution role may not read keeps a task from starting", async () => {
  const around = await aws().surroundings();
  await aws().remove(around.policy);
  expect(await failure(around, await aws().taskDefinition(around, await aws().image("1")))).toMatch(
    /tasks failed to start.*ResourceInitializationError: failed to validate logger args.*AccessDeniedException/,
  );
  const silent = await aws().taskDefinition(around, await aws().image("1"), { logConfiguration: undefined });
  expect(await failure(around, silent, { name: "other" })).toMatch(
    /ResourceInitializationError: unable to pull secrets or registry auth.*main-execution is not authorized to perform: secretsmanager:GetSecretValue/,
  );
});

test.each([
  [":MISSING::", "did not contain json key MISSING"],
  [":GREETING::terraform-0", "can't find the specified secret value for VersionId: terraform-0"],
])("a secret that is not there keeps a task from starting: %s", async (suffix, reason) => {
  const around = await aws().surroundings();
  const secrets = [{ name: "GREETING", valueFrom: `${around.kept.id}${suffix}` }];
  const definition = await aws().taskDefinition(around, await aws().image("1"), { secrets });
  expect(await failure(around, definition)).toContain(reason);
});

test("a role that does not trust tasks keeps a task from starting", async () => {
  const around = await aws().surroundings();
  await aws().change(around.task, { assumeRolePolicy: JSON.stringify({ Statement: [] }) });
  expect(await failure(around, await aws().taskDefinition(around, await aws().image("1")))).toContain(
    "ECS was unable to assume the role 'arn:aws:iam::123456789012:role/main-task'",
  );
});

test("a trust for tasks of another account alone is none", async () => {
  const around = await aws().surroundings();
  const trust = (account: string) =>
    JSON.stringify({
      Statement: {
        Effect: "Allow",
        Action: "sts:AssumeRole",
        Principal: { Service: "ecs-tasks.amazonaws.com" },
        Condition: { StringEquals: { "aws:SourceAccount": account } },
      },
    });
  const role = await aws().change(around.task, { assumeRolePolicy: trust("210987654321") });
  const definition = await aws().taskDefinition(around, await aws().image("1"));
  expect(await failure(around, definition)).toContain("ECS was unable to assume the role");
  await aws().change(role, { assumeRolePolicy: trust("123456789012") });
  await aws().service(around, definition, { name: "other" });
});

test.each([
  ["without a public address", { assignPublicIp: false }],
  ["without a rule that lets it out", { securityGroups: [] }],
])("a task that cannot reach the internet %s does not start", async (_what, changes) => {
  const around = await aws().surroundings();
  const definition = await aws().taskDefinition(around, await aws().image("1"));
  const networkConfiguration = {
    subnets: [around.subnet.id],
    securityGroups: [around.group.id],
    assignPublicIp: true,
    ...changes,
  };
  expect(await failure(around, definition, { networkConfiguration })).toContain(
    "unable to pull secrets or registry auth: The task cannot pull registry auth",
  );
});

test("an image that is nowhere keeps a task from starting", async () => {
  const around = await aws().surroundings();
  const definition = await aws().taskDefinition(around, `ghcr.io/acme/oxy-worker@sha256:${"9".repeat(64)}`);
  expect(await failure(around, definition)).toContain("CannotPullContainerError");
});

test("a task whose health check fails is stopped, and another one started", async () => {
  const around = await aws().surroundings();
  const shell = { command: ["CMD-SHELL", "curl -f http://localhost:3000/"], interval: 5, retries: 1 };
  const definition = await aws().taskDefinition(around, await aws().image("1"), { healthCheck: shell });
  expect(await failure(around, definition)).toContain("Task failed container health checks");
  expect(tasks().filter(({ status }) => status === "STOPPED")).not.toHaveLength(0);
});

test("a task that ignores SIGTERM is killed when its stopTimeout is over", async () => {
  const around = await aws().surroundings();
  const image = await aws().image("1", { atEnd: "0" });
  const definition = await aws().taskDefinition(around, image, { stopTimeout: 2 });
  const service = await aws().service(around, definition);
  const [task] = live();
  const began = performance.now();
  await aws().remove(service);
  const seconds = (performance.now() - began) / 1_000;
  expect(seconds).toBeGreaterThanOrEqual(2);
  expect(seconds).toBeLessThan(6);
  expect(task).toMatchObject({ status: "STOPPED", exitCode: 137, stopCode: "ServiceSchedulerInitiated" });
  expect((await task?.container?.printed())?.join("\n")).toContain("draining 1");
});

test("a task that dies is replaced by another one, and does not run again itself", async () => {
  const around = await aws().surroundings();
  await aws().service(around, await aws().taskDefinition(around, await aws().image("1")));
  const [task] = live();
  process.kill((await task?.container?.pid()) ?? 0, "SIGKILL");
  await expect.poll(() => task?.status, SOON).toBe("STOPPED");
  await expect.poll(well, SOON).toHaveLength(1);
  expect(task).toMatchObject({
    status: "STOPPED",
    exitCode: 137,
    stopCode: "EssentialContainerExited",
    stoppedReason: "Essential container in task exited",
  });
  expect(aws().containers.running).toHaveLength(1);
});

const SPREAD = {
  desiredCount: 3,
  capacityProviderStrategies: [
    { capacityProvider: "FARGATE", base: 1, weight: 1 },
    { capacityProvider: "FARGATE_SPOT", base: 0, weight: 3 },
  ],
};

test("a base is on demand, and the rest by weight", async () => {
  const around = await aws().surroundings();
  await aws().service(around, await aws().taskDefinition(around, await aws().image("1")), SPREAD);
  expect(
    live()
      .map(({ capacityProvider }) => capacityProvider)
      .toSorted(),
  ).toEqual(["FARGATE", "FARGATE_SPOT", "FARGATE_SPOT"]);
});

test("what Spot takes back has SIGTERM as its warning, and others take its place at once", async () => {
  const around = await aws().surroundings();
  const drained = join(aws().home, "drained");
  const image = await aws().image("1", {
    start: 'const { existsSync } = await import("node:fs");',
    atEnd: `setInterval(() => existsSync(${JSON.stringify(drained)}) && process.exit(0), 20)`,
  });
  await aws().service(around, await aws().taskDefinition(around, image, { stopTimeout: 60 }), SPREAD);
  const before = live();
  const onDemand = before.find(({ capacityProvider }) => capacityProvider === "FARGATE");
  const taken = aws().aws.emulator.interrupt?.("main-all", "there") ?? [];
  expect(taken).toHaveLength(2);
  await expect.poll(well, SOON).toHaveLength(3);
  // Those that were taken back still drain.
  const ended = before.filter(({ id }) => taken.includes(id));
  expect(ended.map(({ status }) => status)).toEqual(["STOPPING", "STOPPING"]);
  await writeFile(drained, "");
  await expect
    .poll(() => ended.map(({ stopCode, exitCode }) => [stopCode, exitCode]), SOON)
    .toEqual([
      ["SpotInterruption", 0],
      ["SpotInterruption", 0],
    ]);
  expect(live()).toContain(onDemand);
});

test("without capacity on Spot, only the base goes on, until there is some again", async () => {
  const around = await aws().surroundings();
  await aws().service(around, await aws().taskDefinition(around, await aws().image("1")), SPREAD);
  const { services, emulator } = aws().aws;
  emulator.interrupt?.("main-all", "absent");
  await expect.poll(() => aws().containers.running, SOON).toHaveLength(1);
  expect(live().map(({ capacityProvider }) => capacityProvider)).toEqual(["FARGATE"]);
  const [found] = services.running;
  expect(found?.service.events[0]?.message).toContain("was unable to place a task");
  services.provide("FARGATE_SPOT", "there");
  await expect.poll(well, SOON).toHaveLength(3);
});

test("a strategy with a provider that the cluster has not is refused", async () => {
  const around = await aws().surroundings();
  const definition = await aws().taskDefinition(around, await aws().image("1"));
  const strategies = [{ capacityProvider: "EC2", base: 1, weight: 1 }];
  await expect(aws().service(around, definition, { capacityProviderStrategies: strategies })).rejects.toThrow(
    /The specified capacity provider 'EC2' was not found/,
  );
  expect(aws().aws.account.all(SERVICE)).toEqual([]);
});

test.each([
  [{ cpu: "256", memory: "4096" }, "No Fargate configuration exists for given values: 256 CPU, 4096 memory."],
  [{ cpu: "256", memory: "1536" }, "No Fargate configuration exists"],
  [{ executionRoleArn: "" }, "Fargate requires task definition to have execution role ARN"],
])("a task definition that ECS would not register is refused: %j", async (changes, reason) => {
  const around = await aws().surroundings();
  const { inputs, type } = await aws().taskDefinition(around, await aws().image("1"));
  await expect(aws().make(type, { ...inputs, ...changes })).rejects.toThrow(reason);
});

test.each([
  [{ stopTimeout: 121 }, "stopTimeout"],
  [{ stopTimeOut: 10 }, "stopTimeOut"],
  [{ healthCheck: { command: ["CMD"], interval: 1 } }, "healthCheck.interval"],
])("a container that ECS would not take is refused: %j", async (changes, name) => {
  const around = await aws().surroundings();
  await expect(aws().taskDefinition(around, await aws().image("1"), changes)).rejects.toThrow(name);
});
