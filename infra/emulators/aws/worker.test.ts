import { randomBytes } from "node:crypto";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bundleDirectory, bundlesOf, resolveImage } from "../../image.ts";
import { secret } from "../../provider/client-fixture.ts";
import { useAws, type Made } from "./aws-fixture.ts";

const aws = useAws({ pace: { look: 0.2, patience: 20 } });
const PASSWORD = "of-the-store-0123456789";
const NAMESPACE = "Oxy/trial";
const SOON = { timeout: 40_000, interval: 200 };

/** The real worker, under two digests: what an update goes from and to. */
async function images(): Promise<readonly [string, string]> {
  const { home } = aws();
  const { reference } = await resolveImage({ kind: "source", path: "./worker" }, home);
  const other = `sha256:${"0".repeat(64)}`;
  await mkdir(bundlesOf(home), { recursive: true });
  await symlink(bundleDirectory(home, reference), join(bundleDirectory(home, other)));
  return [`ghcr.io/acme/oxy-worker@${reference}`, `ghcr.io/acme/oxy-worker@${other}`];
}

async function valkey(vpc: Made, subnet: Made, clients: Made): Promise<Made> {
  const { group } = await aws().group(vpc, "store");
  await aws().letIn(group, clients, 6_379);
  await aws().make("aws:elasticache/subnetGroup:SubnetGroup", { name: "store", subnetIds: [subnet.id] });
  await aws().make("aws:elasticache/parameterGroup:ParameterGroup", {
    name: "store",
    family: "valkey8",
    parameters: [{ name: "maxmemory-policy", value: "noeviction" }],
  });
  return await aws().make("aws:elasticache/replicationGroup:ReplicationGroup", {
    replicationGroupId: "trial-store",
    description: "of the trial",
    engine: "valkey",
    engineVersion: "8.0",
    nodeType: "cache.t4g.micro",
    parameterGroupName: "store",
    subnetGroupName: "store",
    securityGroupIds: [group.id],
    transitEncryptionEnabled: true,
    authToken: secret(PASSWORD),
  });
}

/** What a task role may do. */
function publishing(namespace: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: {
      Effect: "Allow",
      Action: "cloudwatch:PutMetricData",
      Resource: "*",
      Condition: { StringEquals: { "cloudwatch:namespace": namespace } },
    },
  });
}

function measured(): number {
  const { measurements } = aws().aws;
  const question = {
    namespace: NAMESPACE,
    dimensions: { Fleet: "main" },
    from: 0,
    to: Date.now() * 2,
    period: 1,
  };
  return measurements.points({ ...question, name: "OldestWaitingSeconds" }).length;
}

test("real workers on ECS and ElastiCache are replaced, drain, and are heard of in CloudWatch as their role allows", async () => {
  const around = await aws().surroundings({
    OXY_ENCRYPTION_KEYS: `1:${randomBytes(32).toString("base64")}`,
    OPENAI_API_KEY: "not-called",
  });
  const store = await valkey(around.vpc, around.subnet, around.group);
  const url = `rediss://:${PASSWORD}@${String(store.state["primaryEndpointAddress"])}:6379`;
  const policy = await aws().make("aws:iam/rolePolicy:RolePolicy", {
    name: "publish",
    role: around.task.id,
    policy: publishing("Oxy/other"),
  });
  const [image, next] = await images();
  const at = String(around.version.state["versionId"]);
  const definitionOf = (which: string): Promise<Made> =>
    aws().taskDefinition(around, which, {
      stopTimeout: 30,
      environment: Object.entries({
        REDIS_URL: url,
        OXY_NAMESPACE: "trial",
        OXY_FLEET: "main",
        OXY_PLACE: "ecs-fargate/sa-east-1",
        OXY_IMAGE: which,
        OXY_ROLE: "all",
        OXY_METRICS: "cloudwatch",
        OXY_METRICS_NAMESPACE: NAMESPACE,
        OXY_METRICS_SECONDS: "1",
        PORT: "3000",
        DRAIN_SECONDS: "10",
      }).map(([name, value]) => ({ name, value })),
      secrets: ["OXY_ENCRYPTION_KEYS", "OPENAI_API_KEY"].map((name) => ({
        name,
        valueFrom: `${around.kept.id}:${name}::${at}`,
      })),
      healthCheck: {
        command: ["CMD", "/usr/local/bin/node", "-e", READY],
        interval: 10,
        timeout: 5,
        retries: 3,
        startPeriod: 60,
      },
    });
  const service = await aws().service(around, await definitionOf(image));
  const [before] = aws().containers.running;
  const printed = async (): Promise<string> => ((await before?.printed()) ?? []).join("\n");

  // Its role may publish elsewhere only.
  await expect.poll(printed, SOON).toContain("not authorized to perform: cloudwatch:PutMetricData");
  expect(measured()).toBe(0);
  await aws().change(policy, { policy: publishing(NAMESPACE) });
  await expect.poll(measured, SOON).toBeGreaterThan(0);

  const changed = await aws().change(service, { taskDefinition: (await definitionOf(next)).state["arn"] });
  expect(await printed()).toMatch(/SIGTERM[^]*draining[^]*stopped/);
  const [after, ...others] = aws().containers.running;
  expect(others).toEqual([]);
  expect(await after?.answers("/health/ready")).toBe(true);
  await aws().remove(changed);
  expect(((await after?.printed()) ?? []).join("\n")).toMatch(/SIGTERM[^]*draining[^]*stopped/);
}, 150_000);

const READY =
  "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then(({ok})=>process.exit(ok?0:1),()=>process.exit(1))";
