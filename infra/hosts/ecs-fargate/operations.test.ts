import { setTimeout as delay } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import {
  answeringAws,
  Refusal,
  withoutCredentials,
  type Answer,
  type Asked,
} from "../../aws/account/endpoint-fixture.ts";
import type { PrintedLine } from "../../host.ts";
import { operations } from "./operations.ts";
import type { EcsFargatePlan } from "./plan.ts";

const IMAGE = `ghcr.io/acme/oxy-worker@sha256:${"a".repeat(64)}`;

const plan = {
  name: "main",
  host: "ecs-fargate",
  region: "sa-east-1",
  image: IMAGE,
  clusterName: "trial-main",
  logGroupName: "/oxy/trial/main",
  processes: [
    {
      name: "all",
      role: "all",
      environment: {},
      isPublic: true,
      serviceName: "trial-main-all",
      containerName: "worker",
      logStreamPrefix: "main",
    },
  ],
} as unknown as EcsFargatePlan;

/** In s since 1970, as AWS says it in JSON. */
const STARTED = 1_795_000_000;

function task(id: string, differing: object = {}): object {
  return {
    taskArn: `arn:aws:ecs:sa-east-1:111122223333:task/trial-main/${id}`,
    lastStatus: "RUNNING",
    healthStatus: "HEALTHY",
    startedAt: STARTED,
    containers: [{ name: "worker", image: IMAGE }],
    ...differing,
  };
}

interface Found {
  readonly service?: object;
  readonly running?: readonly object[];
  readonly stopped?: readonly object[];
}

function ecs({ service = {}, running = [], stopped = [] }: Found): (asked: Asked) => Answer {
  return ({ action, input }) => {
    switch (action) {
      case "DescribeServices":
        return { services: [{ status: "ACTIVE", desiredCount: 2, ...service }] };
      case "ListTasks": {
        const tasks = (input["desiredStatus"] === "STOPPED" ? stopped : running) as { taskArn: string }[];
        return { taskArns: tasks.map(({ taskArn }) => taskArn) };
      }
      case "DescribeTasks": {
        const wanted = input["tasks"] as string[];
        const all = [...running, ...stopped] as { taskArn: string }[];
        return { tasks: all.filter(({ taskArn }) => wanted.includes(taskArn)) };
      }
      default:
        throw new Error(`nobody expects ${action}`);
    }
  };
}

async function status() {
  return await operations.status(plan, "trial");
}

test("a task that runs and is healthy is running, with its image and since when", async () => {
  const asked = await answeringAws(ecs({ running: [task("1".repeat(32)), task("2".repeat(32))] }));
  const running = {
    name: "all",
    condition: "running",
    image: IMAGE,
    since: new Date(STARTED * 1_000).toISOString(),
  };
  expect(await status()).toEqual([running, running]);
  expect(asked.map(({ action, region }) => `${action} ${region}`)).toEqual([
    "DescribeServices sa-east-1",
    "ListTasks sa-east-1",
    "DescribeTasks sa-east-1",
  ]);
  expect(asked[0]?.input).toEqual({ cluster: "trial-main", services: ["trial-main-all"] });
});

test.each([
  [{ healthStatus: "UNHEALTHY" }, "task 11111111: its health check fails"],
  [{ healthStatus: "UNKNOWN" }, "task 11111111: runs, and its health is not known yet"],
  [{ lastStatus: "PENDING", healthStatus: "UNKNOWN" }, "task 11111111: pending"],
  [
    { lastStatus: "STOPPING", stoppedReason: "Your Spot Task was interrupted." },
    "task 11111111: stopping, Your Spot Task was interrupted.",
  ],
])("a task with %j is %s", async (differing, condition) => {
  await answeringAws(ecs({ service: { desiredCount: 1 }, running: [task("1".repeat(32), differing)] }));
  expect(await status()).toMatchObject([{ condition }]);
});

test("a task that is missing is told with why the last one stopped", async () => {
  const stopped = [
    task("3".repeat(32), { stoppedAt: STARTED, stoppedReason: "an old reason" }),
    task("4".repeat(32), {
      stoppedAt: STARTED + 60,
      stoppedReason: "Essential container in task exited",
      containers: [{ reason: "OutOfMemoryError: container killed due to memory usage", exitCode: 137 }],
    }),
  ];
  await answeringAws(ecs({ running: [task("1".repeat(32))], stopped }));
  expect((await status()).map(({ condition }) => condition)).toEqual([
    "running",
    "not there: Essential container in task exited, OutOfMemoryError: container killed due to memory usage, exit code 137",
  ]);
});

test("where none has stopped, the service's last event says why, and not that it is steady", async () => {
  const events = [
    { message: "(service trial-main-all) has reached a steady state." },
    {
      message:
        "(service trial-main-all) was unable to place a task. Reason: Capacity is unavailable at this time.",
    },
  ];
  await answeringAws(ecs({ service: { desiredCount: 1, events } }));
  expect(await status()).toMatchObject([
    {
      condition: expect.stringMatching(/^not there: .*Capacity is unavailable at this time\.$/),
      image: IMAGE,
    },
  ]);
});

test.each([
  ["MISSING", () => ({ services: [], failures: [{ reason: "MISSING" }] })],
  ["INACTIVE", () => ({ services: [{ status: "INACTIVE", desiredCount: 1 }] })],
  ["without a cluster", () => new Refusal(400, "ClusterNotFoundException", "Cluster not found.")],
])("a service that is %s is not there", async (_how, answer) => {
  await answeringAws(answer);
  expect(await status()).toEqual([{ name: "all", condition: "not there", image: IMAGE }]);
});

test("tasks are read page by page, and a hundred at a time", async () => {
  const all = Array.from({ length: 150 }, (_, index) => task(`${index}`.padStart(32, "0")));
  const known = ecs({ service: { desiredCount: 150 }, running: all });
  const asked = await answeringAws((call) => {
    if (call.action !== "ListTasks") return known(call);
    const arns = (all as { taskArn: string }[]).map(({ taskArn }) => taskArn);
    return call.input["nextToken"] === undefined
      ? { taskArns: arns.slice(0, 100), nextToken: "second" }
      : { taskArns: arns.slice(100) };
  });
  expect(await status()).toHaveLength(150);
  expect(asked.filter(({ action }) => action === "DescribeTasks")).toHaveLength(2);
});

test("an image that was named by a tag is shown by what it was", async () => {
  const digest = `sha256:${"b".repeat(64)}`;
  const containers = [{ image: "ghcr.io/acme/oxy-worker:1.2", imageDigest: digest }];
  await answeringAws(ecs({ service: { desiredCount: 1 }, running: [task("1", { containers })] }));
  expect(await status()).toMatchObject([{ image: `ghcr.io/acme/oxy-worker@${digest}` }]);
});

test("what the credentials may not do is told with the action that it takes", async () => {
  const message =
    "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: ecs:DescribeServices on resource: x";
  await answeringAws(() => new Refusal(400, "AccessDeniedException", message));
  await expect(status()).rejects.toThrow(
    `AWS does not allow these credentials to describe service trial-main-all, which takes ecs:DescribeServices (AccessDeniedException: ${message})`,
  );
});

test("without credentials the chain that was tried is told", async () => {
  withoutCredentials();
  await expect(status()).rejects.toThrow(
    /^credentials: expected credentials of AWS, got none from environment variables \(AWS_ACCESS_KEY_ID/,
  );
});

test("an AWS that is away is told with where", async () => {
  await answeringAws(ecs({}));
  vi.stubEnv("AWS_ENDPOINT_URL", "http://no-emulator-runs.invalid");
  await expect(status()).rejects.toThrow(
    "AWS could not be reached at no-emulator-runs.invalid (ENOTFOUND), to describe service trial-main-all in sa-east-1",
  );
});

interface Event {
  readonly eventId: string;
  readonly logStreamName: string;
  readonly timestamp: number;
  readonly message: string;
}

const PREFIX = "main/worker/";

function event(id: string, message: string, { ago = 0, task: of = "1" } = {}): Event {
  return { eventId: id, logStreamName: `${PREFIX}${of}`, timestamp: Date.now() - ago, message };
}

/** As CloudWatch reads a group: from the beginning of a range on, `most` a page, and an empty page now and then. */
function cloudWatch(events: Event[], most = 100): (asked: Asked) => Answer {
  return ({ action, input }) => {
    if (action !== "FilterLogEvents") throw new Error(`nobody expects ${action}`);
    const {
      startTime = 0,
      endTime = Infinity,
      logStreamNamePrefix = "",
      nextToken = "0",
    } = input as {
      startTime?: number;
      endTime?: number;
      logStreamNamePrefix?: string;
      nextToken?: string;
    };
    const found = events
      .filter(({ timestamp }) => timestamp >= startTime && timestamp <= endTime)
      .filter(({ logStreamName }) => logStreamName.startsWith(logStreamNamePrefix))
      .toSorted((one, other) => one.timestamp - other.timestamp);
    const page = Number(nextToken);
    const from = (page - 1) * most;
    const isLast = from + most >= found.length;
    return {
      events: page === 0 ? [] : found.slice(from, from + most),
      ...(page > 0 && isLast ? {} : { nextToken: `${page + 1}` }),
    };
  };
}

async function printed(lines: number): Promise<PrintedLine[]> {
  const { signal } = new AbortController();
  const all: PrintedLine[] = [];
  for await (const line of operations.logs(plan, "trial", { lines, follow: false, signal })) all.push(line);
  return all;
}

test("the last lines of each process are printed in their order, whatever task they are of", async () => {
  const events = Array.from({ length: 25 }, (_, index) =>
    event(`${index}`, `line ${index}\n`, { ago: (25 - index) * 1_000, task: `${index % 3}` }),
  );
  await answeringAws(cloudWatch(events, 10));
  expect(await printed(3)).toEqual([22, 23, 24].map((line) => ({ process: "all", text: `line ${line}` })));
  expect(await printed(0)).toEqual([]);
  expect(await printed(100)).toHaveLength(25);
});

test("lines are looked for further back where there are few, and each is printed once", async () => {
  const hours = [160, 20, 5, 0.5, 0.01];
  const events = hours.map((ago) => event(`${ago}`, `${ago} h ago`, { ago: ago * 3_600_000 }));
  const asked = await answeringAws(cloudWatch(events));
  expect((await printed(2)).map(({ text }) => text)).toEqual(["0.5 h ago", "0.01 h ago"]);
  const few = asked.length;
  expect((await printed(10)).map(({ text }) => text)).toEqual(hours.map((ago) => `${ago} h ago`));
  expect(asked.length - few).toBeGreaterThan(few);
});

test("a log that is followed goes on with what comes, also late, and repeats nothing", async () => {
  const events = [event("1", "before", { ago: 60_000 }), event("2", "just before", { ago: 2_000 })];
  await answeringAws(cloudWatch(events, 1));
  const stop = new AbortController();
  const seen: string[] = [];
  const options = { lines: 1, follow: true, signal: stop.signal };
  const following = (async () => {
    for await (const { text } of operations.logs(plan, "trial", options)) seen.push(text);
  })();
  await vi.waitFor(() => expect(seen).toEqual(["just before"]), 5_000);
  events.push(event("4", "now"), event("3", "now too"));
  await vi.waitFor(() => expect(seen.toSorted()).toEqual(["just before", "now", "now too"]), 5_000);
  // Printed before what is there already, by another task.
  events.push(event("5", "late", { ago: 10_000, task: "2" }));
  await vi.waitFor(() => expect(seen).toContain("late"), 5_000);
  await delay(1_100);
  stop.abort();
  await following;
  expect(seen).toHaveLength(4);
}, 20_000);

test("following ends at once, also while CloudWatch is asked", async () => {
  const stop = new AbortController();
  await answeringAws(() => {
    stop.abort();
    return { events: [] };
  });
  const lines: PrintedLine[] = [];
  for await (const line of operations.logs(plan, "trial", { lines: 1, follow: true, signal: stop.signal }))
    lines.push(line);
  expect(lines).toEqual([]);
});

test("a group that is not there is told", async () => {
  await answeringAws(
    () => new Refusal(400, "ResourceNotFoundException", "The specified log group does not exist."),
  );
  await expect(printed(1)).rejects.toThrow(
    "AWS found nothing in sa-east-1 when asked to read log /oxy/trial/main (ResourceNotFoundException: The specified log group does not exist.)",
  );
});
