import {
  CloudWatchLogsClient,
  FilterLogEventsCommand,
  GetLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
} from "@aws-sdk/client-ecs";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { expect, test } from "vitest";
import { REGION, useAws } from "./aws-fixture.ts";

const aws = useAws();

function settings(accessKeyId?: string) {
  const { url, credentials } = aws().aws.emulator;
  return {
    region: REGION,
    endpoint: url,
    maxAttempts: 1,
    credentials: {
      accessKeyId: accessKeyId ?? String(credentials["AWS_ACCESS_KEY_ID"]),
      secretAccessKey: String(credentials["AWS_SECRET_ACCESS_KEY"]),
    },
  };
}

test("whoever deploys is somebody of the emulated account", async () => {
  expect(await new STSClient(settings()).send(new GetCallerIdentityCommand({}))).toMatchObject({
    Account: "123456789012",
    Arn: "arn:aws:iam::123456789012:user/rehearsal",
  });
});

test("keys of another account are refused, in the words of each service", async () => {
  const other = settings("AKIAOFANOTHERACCOUNT");
  await expect(new STSClient(other).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
    name: "InvalidClientTokenId",
    message: "The security token included in the request is invalid.",
  });
  await expect(new ECSClient(other).send(new ListTasksCommand({ cluster: "main" }))).rejects.toMatchObject({
    name: "UnrecognizedClientException",
  });
});

test("ECS says what runs, and of what stopped, why", async () => {
  const around = await aws().surroundings();
  const image = await aws().image("1");
  const service = await aws().service(around, await aws().taskDefinition(around, image));
  const ecs = new ECSClient(settings());
  const { taskArns = [] } = await ecs.send(
    new ListTasksCommand({ cluster: "main", serviceName: "main-all" }),
  );
  expect(taskArns).toEqual([
    expect.stringMatching(/^arn:aws:ecs:sa-east-1:123456789012:task\/main\/[0-9a-f]{32}$/),
  ]);
  const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster: around.cluster.id, tasks: taskArns }));
  expect(tasks).toEqual([
    expect.objectContaining({
      taskDefinitionArn: service.inputs["taskDefinition"],
      lastStatus: "RUNNING",
      healthStatus: "HEALTHY",
      capacityProviderName: "FARGATE",
      startedAt: expect.any(Date) as Date,
      containers: [expect.objectContaining({ name: "main", image })],
    }),
  ]);
  const { services } = await ecs.send(
    new DescribeServicesCommand({ cluster: "main", services: ["main-all", "other"] }),
  );
  expect(services).toEqual([
    expect.objectContaining({
      serviceName: "main-all",
      desiredCount: 1,
      runningCount: 1,
      deployments: [expect.objectContaining({ status: "PRIMARY", rolloutState: "COMPLETED" })],
    }),
  ]);
  expect(services?.[0]?.events?.[0]?.message).toBe("(service main-all) has reached a steady state.");
  await aws().change(service, { desiredCount: 0, forceNewDeployment: false });
  await expect
    .poll(async () => await ecs.send(new ListTasksCommand({ cluster: "main", desiredStatus: "STOPPED" })))
    .toMatchObject({ taskArns });
  const { tasks: stopped } = await ecs.send(new DescribeTasksCommand({ cluster: "main", tasks: taskArns }));
  expect(stopped).toEqual([
    expect.objectContaining({
      stopCode: "ServiceSchedulerInitiated",
      stoppedReason: expect.stringContaining("Scaling activity") as string,
      containers: [expect.objectContaining({ exitCode: 0 })],
    }),
  ]);
});

test("a cluster that is not there, and an action that nobody here calls, are refused", async () => {
  const ecs = new ECSClient(settings());
  await expect(ecs.send(new ListTasksCommand({ cluster: "main" }))).rejects.toMatchObject({
    name: "ClusterNotFoundException",
  });
  const { url, credentials } = aws().aws.emulator;
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "x-amz-target": "AmazonEC2ContainerServiceV20141113.RunTask",
      authorization: `AWS4-HMAC-SHA256 Credential=${credentials["AWS_ACCESS_KEY_ID"]}/20261125/x/ecs/aws4_request`,
    },
    body: "{}",
  });
  expect([response.status, await response.json()]).toEqual([
    400,
    expect.objectContaining({ __type: "UnknownOperationException" }),
  ]);
});

test("what tasks printed is read in order, by page, and goes on where it was left", async () => {
  const around = await aws().surroundings();
  const start = "for (let line = 0; line < 5; line++) console.log(`line ${line}`);";
  await aws().service(around, await aws().taskDefinition(around, await aws().image("1", { start })));
  const logs = new CloudWatchLogsClient(settings());
  const group = { logGroupName: "/oxy/main" };
  const messages: (string | undefined)[] = [];
  let token: string | undefined;
  do {
    const page = await logs.send(
      new FilterLogEventsCommand({
        ...group,
        limit: 3,
        ...(token === undefined ? {} : { nextToken: token }),
      }),
    );
    messages.push(...(page.events ?? []).map(({ message }) => message));
    token = page.nextToken;
  } while (token !== undefined);
  expect(messages).toEqual(["starting 1", "line 0", "line 1", "line 2", "line 3", "line 4", "serving 1"]);

  const { events = [] } = await logs.send(
    new FilterLogEventsCommand({ ...group, logStreamNamePrefix: "main/" }),
  );
  const stream = String(events[0]?.logStreamName);
  expect(stream).toMatch(/^main\/main\/[0-9a-f]{32}$/);
  const since = Number(events.at(-1)?.timestamp) + 1;
  expect(await logs.send(new FilterLogEventsCommand({ ...group, startTime: since }))).toMatchObject({
    events: [],
  });
  const last = await logs.send(new GetLogEventsCommand({ ...group, logStreamName: stream, limit: 1 }));
  expect(last.events?.map(({ message }) => message)).toEqual(["serving 1"]);
  await expect(logs.send(new FilterLogEventsCommand({ logGroupName: "/other" }))).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
});
