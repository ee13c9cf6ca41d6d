import { secret, type Output } from "@pulumi/pulumi";
import { afterEach, expect, test, vi } from "vitest";
import { ANY_STORE_URL, AnyResource, AnyStore, registering, SECRET } from "../../engine-fixture.ts";
import { OxyProvider } from "../../provider/declare.ts";
import type { StackResources } from "../../stack-resources.ts";
import { CONTAINER, FLEET_NODES } from "./graph-fixture.ts";
import type { EcsProcess } from "./fleet-parts.ts";
import type { FleetResource } from "./graph.ts";
import type { EcsFargatePlan } from "./plan.ts";
import { deployFleet } from "./pulumi.ts";

const NETWORK = [
  "network-alarms",
  "network-store-clients",
  "network-subnet-1",
  "network-subnet-2",
  "network-vpc",
];

function process(name: "all" | "web", isPublic: boolean): EcsProcess {
  const task = { instances: 1, maxInstances: 1, cpu: 256, memory: 512, port: 3_000 };
  return {
    name,
    role: name,
    environment: {},
    isPublic,
    copies: { least: 1, most: 1 },
    serviceName: name,
    containerName: name,
    logStreamPrefix: name,
    ...task,
  };
}

/** Two processes, one of which serves. */
const PLAN: EcsFargatePlan = {
  name: "main",
  host: "ecs-fargate",
  region: "us-east-1",
  size: "as the preset says",
  share: 100,
  image: CONTAINER.image,
  network: "internet",
  drainSeconds: 25,
  graceSeconds: 30,
  clusterName: "trial-main",
  logGroupName: "/oxy/trial/main",
  resources: FLEET_NODES,
  processes: [process("web", true), process("all", false)],
  url: "https://workers.example.com",
};

afterEach(() => {
  vi.unstubAllEnvs();
});

function known<T>(value: Output<T>): Promise<T> {
  return new Promise((resolve) => {
    value.apply(resolve);
  });
}

/** As the rest of the stack would hand them to the fleet. */
function surroundings(): StackResources {
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
    store: { urlFrom: () => new AnyStore("store").url },
  };
}

async function deployed(plan: EcsFargatePlan = PLAN, { preview = false } = {}) {
  const program = async () => deployFleet(plan, surroundings());
  const { result, registered } = await registering("trial", program, { preview });
  return { result, registered, byName: new Map(registered.map((resource) => [resource.name, resource])) };
}

async function inputsOf(name: string): Promise<object | undefined> {
  return (await deployed()).byName.get(name)?.inputs;
}

test("each node is a resource, made by the network's provider and after what everything waits for", async () => {
  const { registered } = await deployed();
  const others = new Set([...NETWORK, "binding", "oxy", "store"]);
  const own = registered.filter(({ name }) => !others.has(name));
  expect(own.map(({ name }) => name)).toEqual(FLEET_NODES.map(({ name }) => name).toSorted());
  expect(own.filter(({ provider }) => provider !== "oxy")).toEqual([]);
  expect(own.filter(({ dependencies }) => !dependencies.includes("binding"))).toEqual([]);
});

test("the fleet is ready when its services are", async () => {
  const { result } = await deployed();
  const urns = await Promise.all(result.processes.map(({ urn }) => known(urn)));
  expect(urns.map((urn) => urn.split("::").slice(-2))).toEqual([
    ["aws:ecs/service:Service", "main-web"],
    ["aws:ecs/service:Service", "main-all"],
  ]);
});

test("a service comes after what it would not start without, and goes before that", async () => {
  const { byName } = await deployed();
  const waiting = [
    "main-all-task",
    "main-cluster",
    "network-store-clients",
    "network-subnet-1",
    "network-subnet-2",
  ];
  expect(byName.get("main-all")?.dependencies).toEqual(
    ["binding", "main-cluster-capacity", "main-execution-policy", ...waiting].toSorted(),
  );
  expect(byName.get("main-web")?.dependencies).toEqual(
    ["binding", "main-listener-https", "main-target", ...waiting].toSorted(),
  );
});

test("a service says what its node says", async () => {
  expect(await inputsOf("main-all")).toEqual({
    name: "trial-main-all",
    cluster: "«main-cluster.arn»",
    taskDefinition: "«main-all-task.arn»",
    desiredCount: 2,
    capacityProviderStrategies: [
      { capacityProvider: "FARGATE", base: 1, weight: 1 },
      { capacityProvider: "FARGATE_SPOT", base: 0, weight: 3 },
    ],
    platformVersion: "1.4.0",
    forceNewDeployment: true,
    deploymentMinimumHealthyPercent: 100,
    deploymentMaximumPercent: 200,
    deploymentCircuitBreaker: { enable: true, rollback: false },
    enableExecuteCommand: false,
    enableEcsManagedTags: true,
    propagateTags: "SERVICE",
    waitForSteadyState: true,
    availabilityZoneRebalancing: "ENABLED",
    networkConfiguration: {
      subnets: ["«network-subnet-1.id»", "«network-subnet-2.id»"],
      securityGroups: ["«network-store-clients.id»"],
      assignPublicIp: true,
    },
  });
  expect(await inputsOf("main-web")).toMatchObject({
    healthCheckGracePeriodSeconds: 90,
    loadBalancers: [{ targetGroupArn: "«main-target.arn»", containerName: "worker", containerPort: 3_000 }],
  });
});

test("how many tasks there are is left to autoscaling where that decides, and only there", async () => {
  const { registered } = await deployed();
  const left = registered.filter(({ ignoreChanges }) => ignoreChanges.length > 0);
  expect(left.map(({ name, ignoreChanges }) => [name, ignoreChanges])).toEqual([
    ["main-web", ["desiredCount"]],
  ]);
});

test("a container is as ECS's API has it", async () => {
  const { containerDefinitions, ...others } = (await inputsOf("main-all-task")) as {
    containerDefinitions: string;
  };
  expect(others).toEqual({
    family: "trial-main-all",
    cpu: "256",
    memory: "512",
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    runtimePlatform: { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" },
    executionRoleArn: "«main-execution.arn»",
    taskRoleArn: "«main-execution.arn»",
  });
  expect(JSON.parse(containerDefinitions)).toEqual([
    {
      name: "worker",
      image: CONTAINER.image,
      essential: true,
      user: "10001:10001",
      readonlyRootFilesystem: true,
      linuxParameters: { initProcessEnabled: true },
      stopTimeout: 30,
      environment: [{ name: "OXY_ROLE", value: "all" }],
      secrets: [
        { name: "REDIS_URL", valueFrom: "«main-secret.arn»:REDIS_URL::«main-secret-version.versionId»" },
      ],
      portMappings: [{ containerPort: 3_000, protocol: "tcp" }],
      healthCheck: {
        command: ["CMD", "node", "-e", "0"],
        interval: 15,
        timeout: 5,
        startPeriod: 60,
        retries: 3,
      },
      logConfiguration: {
        logDriver: "awslogs",
        options: {
          "awslogs-group": "«main-log.name»",
          "awslogs-region": "us-east-1",
          "awslogs-stream-prefix": "main",
        },
      },
    },
  ]);
});

test("a registry that asks for a password is told which secret has it", async () => {
  const resources = FLEET_NODES.map((node): FleetResource => {
    if (node.type !== "ecs_task_definition") return node;
    return { ...node, container: { ...CONTAINER, repositoryCredentials: { join: ["arn:", "secret"] } } };
  });
  const { byName } = await deployed({ ...PLAN, resources });
  const { containerDefinitions } = byName.get("main-all-task")?.inputs ?? {};
  expect(JSON.parse(containerDefinitions as string)).toMatchObject([
    { repositoryCredentials: { credentialsParameter: "arn:secret" } },
  ]);
});

test("secrets and the store's address are in one secret, and nowhere to be seen", async () => {
  const { registered, byName } = await deployed();
  expect(byName.get("main-secret-version")).toMatchObject({
    inputs: { secretId: "«main-secret.id»", secretString: SECRET },
    dependencies: expect.arrayContaining(["store"]),
  });
  const [value = ""] = JSON.parse(byName.get("main-secret-version")?.secrets ?? "") as string[];
  expect(JSON.parse(value)).toEqual({
    REDIS_URL: ANY_STORE_URL,
    OPENAI_API_KEY: "OPENAI_API_KEY of the test",
  });
  const seen = JSON.stringify(registered.map(({ inputs }) => inputs));
  expect(seen).not.toContain(ANY_STORE_URL);
  expect(seen).not.toContain('of the test"');
  expect(registered.filter(({ secrets }) => secrets !== "[]").map(({ name }) => name)).toEqual([
    "main-secret-version",
  ]);
});

test("everything else says what its node says, too", async () => {
  const { byName } = await deployed();
  const covered = new Set(["main-all", "main-all-task", "main-secret-version", "main-web"]);
  const own = FLEET_NODES.map(({ name }) => name).filter((name) => !covered.has(name));
  const scaled = {
    serviceNamespace: "ecs",
    scalableDimension: "ecs:service:DesiredCount",
    resourceId: "service/«main-cluster.name»/«main-all.name»",
  };
  expect(Object.fromEntries(own.map((name) => [name, byName.get(name)?.inputs]))).toEqual({
    "main-cluster": { name: "trial-main", settings: [{ name: "containerInsights", value: "disabled" }] },
    "main-cluster-capacity": {
      clusterName: "«main-cluster.name»",
      capacityProviders: ["FARGATE", "FARGATE_SPOT"],
    },
    "main-log": { name: "/oxy/trial/main", retentionInDays: 14 },
    "main-secret": { name: "oxy/trial/main", description: "Of the workers", recoveryWindowInDays: 7 },
    "main-execution": {
      name: "trial-main-execution",
      description: "Starts tasks",
      assumeRolePolicy: '{"Statement":[{"Principal":{"Service":"ecs-tasks.amazonaws.com"}}]}',
    },
    "main-execution-policy": {
      name: "start",
      role: "«main-execution.name»",
      policy: '{"Statement":[{"Action":["logs:PutLogEvents"],"Resource":["«main-log.arn»"]}]}',
    },
    "main-balancer": {
      namePrefix: "oxy-",
      loadBalancerType: "application",
      internal: false,
      subnets: ["«network-subnet-1.id»"],
      securityGroups: ["«network-store-clients.id»"],
      dropInvalidHeaderFields: true,
      enableDeletionProtection: false,
      idleTimeout: 120,
    },
    "main-target": {
      namePrefix: "oxy-",
      vpcId: "«network-vpc.id»",
      targetType: "ip",
      protocol: "HTTP",
      port: 3_000,
      deregistrationDelay: 20,
      healthCheck: {
        path: "/health",
        matcher: "200",
        interval: 10,
        timeout: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 4,
      },
    },
    "main-listener-http": {
      loadBalancerArn: "«main-balancer.arn»",
      port: 80,
      protocol: "HTTP",
      defaultActions: [
        { type: "redirect", redirect: { port: "443", protocol: "HTTPS", statusCode: "HTTP_301" } },
      ],
    },
    "main-listener-https": {
      loadBalancerArn: "«main-balancer.arn»",
      port: 443,
      protocol: "HTTPS",
      certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/1",
      sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
      defaultActions: [{ type: "forward", targetGroupArn: "«main-target.arn»" }],
    },
    "main-scaled": { ...scaled, minCapacity: 2, maxCapacity: 6 },
    "main-tracking": {
      name: "waiting",
      policyType: "TargetTrackingScaling",
      ...scaled,
      targetTrackingScalingPolicyConfiguration: {
        customizedMetricSpecification: {
          namespace: "Oxy/trial",
          metricName: "OldestWaitingSeconds",
          statistic: "Maximum",
          dimensions: [{ name: "Fleet", value: "main" }],
        },
        targetValue: 5,
        scaleInCooldown: 600,
        scaleOutCooldown: 60,
      },
    },
    "main-burst": {
      name: "burst",
      policyType: "StepScaling",
      ...scaled,
      stepScalingPolicyConfiguration: {
        adjustmentType: "ChangeInCapacity",
        metricAggregationType: "Maximum",
        cooldown: 60,
        stepAdjustments: [
          { metricIntervalLowerBound: "0", metricIntervalUpperBound: "30", scalingAdjustment: 1 },
          { metricIntervalLowerBound: "30", scalingAdjustment: 3 },
        ],
      },
    },
    "main-alarm": {
      name: "trial-main-waiting",
      alarmDescription: "Customers wait",
      namespace: "Oxy/trial",
      metricName: "OldestWaitingSeconds",
      dimensions: { Fleet: "main", Service: "«main-all.name»" },
      statistic: "Maximum",
      period: 60,
      evaluationPeriods: 3,
      threshold: 30,
      comparisonOperator: "GreaterThanThreshold",
      treatMissingData: "breaching",
      alarmActions: ["«network-alarms.arn»", "«main-burst.arn»"],
      okActions: ["«network-alarms.arn»"],
    },
    "main-repository": {
      name: "trial/main",
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfigurations: [{ encryptionType: "AES256" }],
      forceDelete: false,
    },
    "main-repository-lifecycle": {
      repository: "«main-repository.name»",
      policy: '{"rules":[{"rulePriority":1,"selection":{"countNumber":10}}]}',
    },
  });
});

test("who serves is reached where the plan says", async () => {
  const { result } = await deployed();
  expect(await known(result.urls)).toEqual({ "web http": "https://workers.example.com" });
});

test("a rehearsal has no certificate: who serves is reached at the load balancer itself", async () => {
  vi.stubEnv("OXY_OFFLINE", "1");
  const { result } = await deployed();
  expect(await known(result.urls)).toEqual({ "web http": "http://«main-balancer.dnsName»" });
});

test.each(["", "1"])("without a load balancer nobody is reached (in a rehearsal: %j)", async (offline) => {
  vi.stubEnv("OXY_OFFLINE", offline);
  const resources = FLEET_NODES.filter(({ name }) => !/^main-(web|balancer|target|listener-.*)$/.test(name));
  const { url: _none, ...without } = { ...PLAN, resources, processes: [process("all", false)] };
  const { result } = await deployed(without);
  expect(await known(result.urls)).toEqual({});
});

test("a preview registers the same, and what only AWS can say is not known in it", async () => {
  const { registered } = await deployed();
  const previewed = await deployed(PLAN, { preview: true });
  expect(previewed.registered.map(({ type, name, dependencies }) => [type, name, dependencies])).toEqual(
    registered.map(({ type, name, dependencies }) => [type, name, dependencies]),
  );
  expect(previewed.byName.get("main-all")?.inputs["taskDefinition"]).toMatchObject({ __pulumiUnknown: true });
});

test("a process without a service of its name is a defect", async () => {
  const resources = FLEET_NODES.filter(({ name }) => name !== "main-web");
  await expect(deployed({ ...PLAN, resources })).rejects.toThrow("main-web: expected a resource");
});

test("a fleet of a stack without a network is a defect", async () => {
  const program = async () => {
    const { network: _none, ...without } = surroundings();
    return deployFleet(PLAN, without);
  };
  await expect(registering("trial", program)).rejects.toThrow("no network");
});
