import { describe, expect, test } from "vitest";
import type { StackConfig } from "../../config.ts";
import { anyStore } from "../../configs-fixture.ts";
import { planStack } from "../../plan.ts";
import { workload } from "../../workload.ts";
import { ecsFargateFleet } from "./config.ts";
import type { FleetResource } from "./graph.ts";
import { ecsFargate } from "./host.ts";
import type { EcsFargatePlan } from "./plan.ts";
import { PRESETS } from "./presets.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const SECURED = {
  certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
  domain: "workers.example.com",
};

/** The plan of a fleet that says this, and nothing else of its own. */
function planned(
  fleet: object,
  { image = `ghcr.io/acme/oxy-worker@${DIGEST}`, drainSeconds = 25, secrets = {}, production = false } = {},
): EcsFargatePlan {
  const config: StackConfig = {
    image: { kind: "source", path: "./worker" },
    store: { kind: "any" },
    fleets: { main: { host: "ecs-fargate", share: 100, ...ecsFargateFleet.parse(fleet) } },
    production,
    environment: { OPENAI_MODEL: "gpt-4o-mini" },
    secrets: { OXY_ENCRYPTION_KEYS: "1:x", OPENAI_API_KEY: "x", OXY_ADMIN_TOKEN: "x", ...secrets },
  };
  const registry = { hosts: { "ecs-fargate": ecsFargate }, stores: { any: anyStore } };
  const parts = {
    stack: "trial",
    image: { kind: "registry", reference: image },
    workload: { ...workload, drainSeconds },
  } as const;
  return planStack(config, parts, registry).fleets[0] as EcsFargatePlan;
}

function ofType<Type extends FleetResource["type"]>(plan: EcsFargatePlan, type: Type) {
  return plan.resources.filter(
    (node): node is Extract<FleetResource, { readonly type: Type }> => node.type === type,
  );
}

describe("presets", () => {
  test("the minimal one is a single small task that nobody reaches, and that nothing multiplies", () => {
    const plan = planned({});
    expect(plan.processes).toMatchObject([
      { name: "all", role: "all", cpu: 256, memory: 512, instances: 1, maxInstances: 1, isPublic: false },
    ]);
    expect(plan).not.toHaveProperty("url");
    for (const type of ["lb", "appautoscaling_target", "ecr_repository"] as const)
      expect(ofType(plan, type)).toEqual([]);
    expect(ofType(plan, "cloudwatch_log_group")).toMatchObject([
      { groupName: "/oxy/trial/main", retentionInDays: 7 },
    ]);
  });

  test("the recommended one is more than one task behind a load balancer, and more yet when customers wait", () => {
    const plan = planned({ preset: "recommended" });
    expect(plan.processes).toMatchObject([
      { name: "web", instances: 1, maxInstances: 1, isPublic: true },
      { name: "worker", cpu: 512, memory: 1_024, instances: 2, maxInstances: 6, isPublic: false },
    ]);
    expect(plan.url).toEqual({ join: ["http://", { of: "main-public", attribute: "dnsName" }] });
    expect(
      ofType(plan, "ecs_service").map(({ capacityProviderStrategy }) => capacityProviderStrategy[0]?.base),
    ).toEqual([1, 1]);
    expect(ofType(plan, "cloudwatch_log_group")).toMatchObject([{ retentionInDays: 30 }]);
  });

  test("neither pays for more of a processor than a process of Node can use", () => {
    for (const { size } of Object.values(PRESETS)) expect(size).toMatch(/^(0[.]\d+|1)-vcpu/);
  });

  test.each([
    [{ size: "1-vcpu-4-gb" }, { cpu: 1_024, memory: 4_096 }],
    [{ instances: 3 }, { instances: 3, maxInstances: 6 }],
    [{ instances: 9 }, { instances: 9, maxInstances: 9 }],
    [{ maxInstances: 2 }, { instances: 2, maxInstances: 2 }],
    [{ services: "one" }, { name: "all", isPublic: true, instances: 2 }],
    [{ loadBalancer: false }, { isPublic: false }],
  ])("what is said goes before: %j", (fields, process) => {
    expect(planned({ preset: "recommended", ...fields }).processes.at(-1)).toMatchObject(process);
  });
});

test("of two services, one holds sessions and says who waits, the other serves", () => {
  const [web, worker] = planned({ services: "two", loadBalancer: true, instances: 3 }).processes;
  expect(web).toMatchObject({ role: "web", instances: 1, port: 8_080, environment: { PORT: "8080" } });
  expect(web?.environment).not.toHaveProperty("OXY_METRICS");
  expect(worker).toMatchObject({
    role: "worker",
    instances: 3,
    port: 3_001,
    environment: { OXY_HEALTH_PORT: "3001", OXY_METRICS: "cloudwatch", OXY_METRICS_NAMESPACE: "Oxy/trial" },
  });
});

test("what production deletes by oversight can be had back, and a trial may be made again at once", () => {
  const kept = (production: boolean) => {
    const plan = planned({ repository: true }, { production });
    return {
      secret: ofType(plan, "secretsmanager_secret")[0]?.recoveryWindowInDays,
      images: ofType(plan, "ecr_repository")[0]?.forceDelete,
    };
  };
  expect(kept(true)).toEqual({ secret: 7, images: false });
  expect(kept(false)).toEqual({ secret: 0, images: true });
});

test("tasks are spread over zones again where there are several, and are watched more closely where that is paid for", () => {
  const spread = (fields: object) => ofType(planned(fields), "ecs_service")[0]?.availabilityZoneRebalancing;
  expect([spread({ instances: 1 }), spread({ instances: 2 })]).toEqual(["DISABLED", "ENABLED"]);
  const insights = (fields: object) => ofType(planned(fields), "ecs_cluster")[0]?.containerInsights;
  expect([insights({}), insights({ insights: true })]).toEqual(["disabled", "enabled"]);
});

test("a load balancer holds a pairing that is watched, for as long as a code is shown", () => {
  const plan = planned({ loadBalancer: true });
  // WhatsApp shows the first code for a minute.
  expect(ofType(plan, "lb")[0]?.idleTimeout).toBeGreaterThan(60);
});

test("a task has what the stack leaves it to drain, and no more than Fargate does", () => {
  const stopTimeout = (seconds: number) =>
    ofType(planned({}, { drainSeconds: seconds }), "ecs_task_definition")[0]?.container.stopTimeout;
  expect([stopTimeout(25), stopTimeout(100), stopTimeout(3_600)]).toEqual([30, 105, 120]);
  expect(planned({}, { drainSeconds: 3_600 }).drainSeconds).toBe(115);
});

test("settings are in clear, secrets are told by where they are, and a changed one makes another task", () => {
  const [definition] = ofType(planned({}), "ecs_task_definition");
  expect(definition?.container.environment).toContainEqual({ name: "OPENAI_MODEL", value: "gpt-4o-mini" });
  expect(definition?.container.secrets).toContainEqual({
    name: "REDIS_URL",
    valueFrom: {
      join: [
        { of: "main-secrets", attribute: "arn" },
        ":REDIS_URL::",
        { of: "main-secrets-version", attribute: "versionId" },
      ],
    },
  });
  expect(ofType(planned({}), "secretsmanager_secret_version")).toMatchObject([
    { secretString: { REDIS_URL: { store: "url" }, OPENAI_API_KEY: { secret: "OPENAI_API_KEY" } } },
  ]);
});

describe("behind a load balancer", () => {
  test("without a certificate there is one listener, in clear", () => {
    const plan = planned({ loadBalancer: true });
    expect(ofType(plan, "lb_listener")).toMatchObject([
      { port: 80, protocol: "HTTP", action: { type: "forward" } },
    ]);
  });

  test("with one the other only sends on", () => {
    const plan = planned({ loadBalancer: true, ...SECURED });
    expect(ofType(plan, "lb_listener")).toMatchObject([
      { port: 443, protocol: "HTTPS", certificateArn: SECURED.certificateArn, action: { type: "forward" } },
      { port: 80, action: { type: "redirect", port: "443", statusCode: "HTTP_301" } },
    ]);
    expect(plan).toMatchObject({ url: "https://workers.example.com", domain: "workers.example.com" });
  });

  test("its service comes after the listener, without which ECS refuses it", () => {
    const [service] = ofType(planned({ loadBalancer: true }), "ecs_service");
    expect(service).toMatchObject({
      loadBalancer: {
        containerName: "all",
        containerPort: 8_080,
        targetGroupArn: { of: "main-public-target" },
      },
      healthCheckGracePeriodSeconds: workload.startSeconds,
    });
    expect(service?.after).toContain("main-public-listener");
  });
});

describe("on Spot", () => {
  const strategy = (fields: object) =>
    ofType(planned(fields), "ecs_service")[0]?.capacityProviderStrategy.map(
      ({ capacityProvider, base, weight }) => `${capacityProvider} ${base} ${weight}`,
    );

  test("there is none unless it is wanted", () => {
    expect(strategy({})).toEqual(["FARGATE 1 100"]);
    expect(strategy({ onDemandBase: 0 })).toEqual(["FARGATE 1 100"]);
  });

  test("it has its part of what is beyond the base", () => {
    expect(strategy({ spot: 75, onDemandBase: 2, instances: 4 })).toEqual([
      "FARGATE 2 25",
      "FARGATE_SPOT 0 75",
    ]);
    expect(strategy({ spot: 100 })).toEqual(["FARGATE 1 0", "FARGATE_SPOT 0 100"]);
  });

  test("the cluster knows it from the start, because one that is in use cannot be taken from it", () => {
    expect(ofType(planned({}), "ecs_cluster_capacity_providers")).toMatchObject([
      { capacityProviders: ["FARGATE", "FARGATE_SPOT"] },
    ]);
  });
});

describe("autoscaling", () => {
  const plan = planned({ instances: 2, maxInstances: 8, targetAgeSeconds: 20 });

  test("follows how long customers wait", () => {
    expect(ofType(plan, "appautoscaling_target")).toMatchObject([{ minCapacity: 2, maxCapacity: 8 }]);
    expect(ofType(plan, "appautoscaling_policy")[0]).toMatchObject({
      policyType: "TargetTrackingScaling",
      targetValue: 20,
      metric: {
        namespace: "Oxy/trial",
        metricName: "OldestWaitingSeconds",
        statistic: "Maximum",
        dimensions: [{ name: "Fleet", value: "main" }],
      },
    });
  });

  test("takes larger steps in a burst, which an alarm sets going", () => {
    const [, burst] = ofType(plan, "appautoscaling_policy");
    expect(burst).toMatchObject({ policyType: "StepScaling", steps: [{ adjustment: 2 }, { adjustment: 4 }] });
    const alarm = ofType(plan, "cloudwatch_metric_alarm").find(({ name }) => name.endsWith("-burst-alarm"));
    expect(alarm).toMatchObject({ threshold: 80, evaluationPeriods: 1 });
    expect(alarm?.alarmActions).toContainEqual({ of: burst?.name, attribute: "arn" });
  });

  test("leaves no gap and no overlap between its steps", () => {
    const [, burst] = ofType(plan, "appautoscaling_policy");
    const steps = burst?.policyType === "StepScaling" ? burst.steps : [];
    expect(steps[0]?.lowerBound).toBe(0);
    for (const [at, { lowerBound }] of steps.slice(1).entries())
      expect(lowerBound).toBe(steps[at]?.upperBound);
    expect(steps.at(-1)?.upperBound).toBeUndefined();
  });
});

describe("the image", () => {
  const ecr = "123456789012.dkr.ecr.sa-east-1.amazonaws.com/team/oxy";
  const policy = (plan: EcsFargatePlan) =>
    JSON.stringify(
      ofType(plan, "iam_role_policy").find(({ name }) => name === "main-execution-policy")?.policy,
    );

  test("at ECR, in whatever region, is pulled by the one permission that it needs", () => {
    const allowed = policy(planned({}, { image: `${ecr}@${DIGEST}` }));
    expect(allowed).toContain('"arn:aws:ecr:sa-east-1:123456789012:repository/team/oxy"');
    expect(policy(planned({}, { image: `${ecr}:v1` }))).toContain("repository/team/oxy");
    const fips = ecr.replace(".ecr.", ".ecr-fips.");
    expect(policy(planned({}, { image: `${fips}@${DIGEST}` }))).toBe(allowed);
  });

  test("elsewhere it needs none", () => {
    expect(policy(planned({}))).not.toContain("ecr:");
  });

  test("has a repository where it wants one, which the tasks may pull from at once", () => {
    const plan = planned({ repository: true });
    expect(ofType(plan, "ecr_repository")).toMatchObject([
      { repositoryName: "oxy-trial_main", forceDelete: true },
    ]);
    expect(policy(plan)).toContain('{"of":"main-repository","attribute":"arn"}');
  });

  test("of a registry that asks who pulls is pulled with a secret that ECS may read", () => {
    const plan = planned({ registryUser: "acme" }, { secrets: { OXY_REGISTRY_PASSWORD: "x" } });
    const [definition] = ofType(plan, "ecs_task_definition");
    expect(definition?.container.repositoryCredentials).toMatchObject({ of: "main-registry-version" });
    expect(ofType(plan, "secretsmanager_secret_version").at(-1)).toMatchObject({
      secretString: { username: "acme", password: { secret: "OXY_REGISTRY_PASSWORD" } },
    });
    expect(policy(plan)).toContain('{"of":"main-registry","attribute":"arn"}');
  });

  test.each([
    ["x86_64", "X86_64"],
    ["arm64", "ARM64"],
  ])("is of the architecture that is said: %s", (architecture, cpuArchitecture) => {
    expect(ofType(planned({ architecture }), "ecs_task_definition")).toMatchObject([{ cpuArchitecture }]);
  });
});

test("the region's own network comes before the internet", () => {
  const config = { host: "ecs-fargate", share: 100, ...ecsFargateFleet.parse({ region: "sa-east-1" }) };
  expect(ecsFargate.reaches(config)).toEqual(["private:aws/sa-east-1", "internet"]);
});
