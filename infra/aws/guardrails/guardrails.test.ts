import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { alarmGuardrails } from "./alarms-fixture.ts";
import { encryptionGuardrails } from "./encryption-fixture.ts";
import { graphGuardrails } from "./graph-fixture.ts";
import { permissionGuardrails } from "./permissions-fixture.ts";
import { secretGuardrails } from "./secrets-fixture.ts";
import { awsStacks, ofType, type AwsNode, type AwsStack, type Guardrails } from "./stacks-fixture.ts";
import { storeGuardrails } from "./store-fixture.ts";
import { taskGuardrails } from "./tasks-fixture.ts";
import { wayInGuardrails } from "./way-in-fixture.ts";
import { wayOutGuardrails } from "./way-out-fixture.ts";

const groups: readonly (readonly [string, Guardrails])[] = [
  ["the graph", graphGuardrails],
  ["the way in", wayInGuardrails],
  ["the way out", wayOutGuardrails],
  ["secrets", secretGuardrails],
  ["encryption", encryptionGuardrails],
  ["permissions", permissionGuardrails],
  ["tasks", taskGuardrails],
  ["the store", storeGuardrails],
  ["alarms", alarmGuardrails],
];

describe.each(groups)("%s:", (_group, guardrails) => {
  test.each(Object.entries(guardrails))("%s", (_what, holds) => {
    fc.assert(fc.property(awsStacks, holds));
  });
});

const samples = fc.sample(awsStacks, { numRuns: 200, seed: 6 });

test("the stacks that this is tried with are of every kind", () => {
  const kinds: Readonly<Record<string, (stack: AwsStack) => boolean>> = {
    production: ({ production }) => production,
    "a store elsewhere": (stack) => stack.store === undefined,
    "a single node": (stack) => stack.store?.replicas === 0,
    replicas: (stack) => (stack.store?.replicas ?? 0) > 1,
    "two services": ({ fleet }) => fleet.processes.length === 2,
    "a load balancer with a certificate": ({ config }) => config.certificateArn !== undefined,
    "one without": ({ config, chosen }) => chosen.loadBalancer && config.certificateArn === undefined,
    NAT: ({ chosen }) => chosen.egress === "nat",
    "NAT in each zone": ({ chosen }) => chosen.egress === "nat-per-zone",
    "three zones": ({ chosen }) => chosen.zones === 3,
    "zones of its own": ({ config }) => config.zoneLetters !== undefined,
    "addresses of its own": ({ config }) => config.cidr !== undefined,
    Spot: ({ chosen }) => chosen.spot > 0,
    "no Spot": ({ chosen }) => chosen.spot === 0,
    autoscaling: ({ chosen }) => chosen.maxInstances > chosen.instances,
    "a repository": ({ config }) => config.repository,
    "a registry that asks who pulls": ({ config }) => config.registryUser !== undefined,
    "an account": ({ config }) => config.account !== undefined,
  };
  for (const [kind, is] of Object.entries(kinds)) expect([kind, samples.some(is)]).toEqual([kind, true]);
});

/** The stack with every node of a type changed. */
function altering<Type extends AwsNode["type"]>(
  type: Type,
  change: (node: Extract<AwsNode, { readonly type: Type }>) => object,
): (stack: AwsStack) => AwsStack {
  const alter = <Node extends AwsNode>(nodes: readonly Node[]): readonly Node[] =>
    nodes.map((node) => {
      const [own] = ofType([node], type);
      return own === undefined ? node : { ...node, ...change(own) };
    });
  return (stack) => ({
    ...stack,
    network: { ...stack.network, resources: alter(stack.network.resources) },
    ...(stack.store === undefined
      ? {}
      : { store: { ...stack.store, resources: alter(stack.store.resources) } }),
    fleet: { ...stack.fleet, resources: alter(stack.fleet.resources) },
    nodes: alter(stack.nodes),
  });
}

/** The stack without nodes of a type. */
function without(type: AwsNode["type"]): (stack: AwsStack) => AwsStack {
  const kept = <Node extends AwsNode>(nodes: readonly Node[]) => nodes.filter((node) => node.type !== type);
  return (stack) => ({
    ...stack,
    ...(stack.store === undefined
      ? {}
      : { store: { ...stack.store, resources: kept(stack.store.resources) } }),
    nodes: kept(stack.nodes),
  });
}

const ANYTHING = { Statement: [{ Effect: "Allow", Action: ["s3:GetObject"], Resource: "*" }] };

const broken: readonly (readonly [string, string, (stack: AwsStack) => AwsStack])[] = [
  [
    "refers to what comes later",
    "each node comes after",
    (stack) => ({ ...stack, nodes: stack.nodes.toReversed() }),
  ],
  [
    "has two nodes of a name",
    "each node comes after",
    (stack) => ({ ...stack, nodes: [...stack.nodes, ...stack.nodes] }),
  ],
  ["waits for nobody", "each node comes after", altering("ecs_service", () => ({ after: ["nobody"] }))],
  ["has no VPC", "what the rest of the stack is told", without("vpc")],
  [
    "names a node as another fleet's",
    "a name says",
    altering("ecs_cluster", ({ name }) => ({ name: `other-${name}` })),
  ],
  [
    "has a role of 65 characters",
    "names and descriptions",
    altering("iam_role", () => ({ roleName: "r".repeat(65) })),
  ],
  [
    "has an apostrophe in a rule",
    "names and descriptions",
    altering("security_group", () => ({ description: "AWS's" })),
  ],
  [
    "lets everybody to its tasks",
    "the internet reaches",
    altering("vpc_security_group_ingress_rule", () => ({ cidrIpv4: "0.0.0.0/0" })),
  ],
  [
    "opens another port",
    "the internet reaches",
    altering("vpc_security_group_ingress_rule", () => ({ fromPort: 22, toPort: 22 })),
  ],
  [
    "opens every port",
    "every other rule",
    altering("vpc_security_group_ingress_rule", () => ({ fromPort: 0 })),
  ],
  [
    "lets everything to its store",
    "the store is reached",
    altering("vpc_security_group_ingress_rule", () => ({ fromPort: 0 })),
  ],
  ["keeps the VPC's own group", "the VPC's own", without("default_security_group")],
  [
    "gives a public address behind NAT",
    "a task has a public",
    altering("ecs_service", () => ({ assignPublicIp: true })),
  ],
  [
    "gives everything a public address",
    "a task has a public",
    altering("subnet", () => ({ mapPublicIpOnLaunch: true })),
  ],
  ["has no NAT gateway", "a task has a public", without("nat_gateway")],
  [
    "routes its store",
    "the store's subnets",
    (stack) =>
      altering("route_table_association", () => ({ subnetId: stack.network.storeSubnets[0] }))(stack),
  ],
  ["is in one zone", "subnets lie", altering("subnet", () => ({ availabilityZone: "us-east-1a" }))],
  [
    "has two subnets of the same addresses",
    "subnets lie",
    altering("subnet", () => ({ cidrBlock: "10.40.0.0/24" })),
  ],
  [
    "shows a secret",
    "there is none",
    (stack) => ({ ...stack, fleet: { ...stack.fleet, clusterName: "not-to-be-seen 0" } }),
  ],
  [
    "gives a secret in clear",
    "a container is told",
    altering("ecs_task_definition", ({ container }) => ({
      container: {
        ...container,
        environment: [...container.environment, { name: "REDIS_URL", value: { store: "url" } }],
      },
    })),
  ],
  [
    "gives the newest version of a secret",
    "a container is told",
    altering("ecs_task_definition", ({ container }) => ({
      container: { ...container, secrets: container.secrets.map(({ name }) => ({ name, valueFrom: "arn" })) },
    })),
  ],
  [
    "gives the store's password away",
    "the passwords that",
    (stack) => ({
      ...stack,
      fleet: {
        ...stack.fleet,
        processes: stack.fleet.processes.map((process) => ({
          ...process,
          environment: { ...process.environment, OXY_STORE_PASSWORD: { secret: "OXY_STORE_PASSWORD" } },
        })),
      },
    }),
  ],
  [
    "reaches its store in clear",
    "in transit and at rest",
    altering("elasticache_replication_group", () => ({ transitEncryptionEnabled: false })),
  ],
  [
    "keeps its store in clear",
    "in transit and at rest",
    altering("elasticache_replication_group", () => ({ atRestEncryptionEnabled: false })),
  ],
  [
    "is served in clear",
    "between the internet",
    altering("lb_listener", () => ({ protocol: "HTTP", sslPolicy: undefined })),
  ],
  [
    "is served with an old TLS",
    "between the internet",
    altering("lb_listener", () => ({ sslPolicy: "ELBSecurityPolicy-2016-08" })),
  ],
  ["scans no image", "of images", altering("ecr_repository", () => ({ scanOnPush: false }))],
  ["trusts anybody", "only tasks take on", altering("iam_role", () => ({ assumeRolePolicy: ANYTHING }))],
  ["may do a thing everywhere", "`*` stands only", altering("iam_role_policy", () => ({ policy: ANYTHING }))],
  [
    "may do everything",
    "`*` stands only",
    altering("iam_role_policy", () => ({ policy: { Statement: [{ Action: "logs:*", Resource: "arn" }] } })),
  ],
  [
    "lets the worker do more",
    "the worker may publish",
    altering("iam_role_policy", () => ({ policy: ANYTHING })),
  ],
  [
    "lets ECS read no secret",
    "ECS may read",
    altering("iam_role_policy", () => ({ policy: { Statement: [] } })),
  ],
  [
    "has a size that Fargate has not",
    "have a size",
    altering("ecs_task_definition", () => ({ memory: 700 })),
  ],
  [
    "has too much memory for its CPU",
    "have a size",
    altering("ecs_task_definition", () => ({ cpu: 512, memory: 8_192 })),
  ],
  [
    "runs as root",
    "run as nobody",
    altering("ecs_task_definition", ({ container }) => ({ container: { ...container, user: "0" } })),
  ],
  ["lets somebody in", "run as nobody", altering("ecs_service", () => ({ enableExecuteCommand: true }))],
  [
    "kills at once",
    "have time to drain",
    altering("ecs_task_definition", ({ container }) => ({ container: { ...container, stopTimeout: 1 } })),
  ],
  [
    "waits longer than Fargate",
    "have time to drain",
    altering("ecs_task_definition", ({ container }) => ({ container: { ...container, stopTimeout: 121 } })),
  ],
  [
    "asks another port for its health",
    "are asked for their health",
    altering("ecs_task_definition", ({ container }) => ({
      container: { ...container, portMappings: [{ containerPort: 1, protocol: "tcp" }] },
    })),
  ],
  [
    "is on Spot alone",
    "one at the least",
    altering("ecs_service", () => ({
      capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT", base: 1, weight: 100 }],
    })),
  ],
  [
    "stops before it starts",
    "are replaced by",
    altering("ecs_service", () => ({ deploymentMinimumHealthyPercent: 0 })),
  ],
  [
    "is left as it fails",
    "are replaced by",
    altering("ecs_service", () => ({ circuitBreaker: { enable: true, rollback: false } })),
  ],
  ["scales nothing", "become more exactly", without("appautoscaling_target")],
  [
    "sets back what autoscaling did",
    "become more exactly",
    altering("ecs_service", () => ({ ignoresDesiredCount: false })),
  ],
  [
    "takes tasks away while they drain",
    "become more exactly",
    altering("appautoscaling_policy", () => ({ scaleInCooldown: 60 })),
  ],
  ["drops keys", "refuses writes", altering("elasticache_parameter_group", () => ({ parameters: [] }))],
  [
    "has a parameter group of AWS's",
    "refuses writes",
    altering("elasticache_replication_group", () => ({ parameterGroupName: "default.valkey8" })),
  ],
  [
    "has one node in production",
    "goes on without",
    altering("elasticache_replication_group", () => ({ numCacheClusters: 1 })),
  ],
  [
    "leaves nothing",
    "goes on without",
    altering("elasticache_replication_group", () => ({ finalSnapshotIdentifier: undefined })),
  ],
  [
    "is upgraded by AWS",
    "is upgraded by nobody",
    altering("elasticache_replication_group", () => ({ autoMinorVersionUpgrade: true })),
  ],
  [
    "copies itself while it is maintained",
    "takes its snapshot",
    altering("elasticache_replication_group", () => ({
      snapshotWindow: "06:00-07:00",
      maintenanceWindow: "sun:06:00-sun:07:00",
    })),
  ],
  ["tells nobody", "all of them tell", altering("cloudwatch_metric_alarm", () => ({ alarmActions: [] }))],
  ["has no alarms", "there is one for each", without("cloudwatch_metric_alarm")],
  [
    "takes silence for peace",
    "silence is one",
    altering("cloudwatch_metric_alarm", () => ({ treatMissingData: "notBreaching" })),
  ],
  [
    "asks for what nobody publishes",
    "ask for metrics",
    altering("cloudwatch_metric_alarm", () => ({ dimensions: { Fleet: "nobody" } })),
  ],
];

describe("a stack that breaks it is found out:", () => {
  const all = groups.flatMap(([, guardrails]) => Object.entries(guardrails));

  test.each(broken)("one that %s", (_what, guardrail, breaking) => {
    const [, holds] = all.find(([name]) => name.startsWith(guardrail)) ?? [];
    if (holds === undefined) throw new Error(`nothing is required as ${guardrail}`);
    expect(samples.some((stack) => fails(holds, breaking(stack)))).toBe(true);
  });

  test("so that each guardrail is able to fail", () => {
    const shown = broken.map(([, guardrail]) => guardrail);
    const names = all.map(([name]) => name);
    expect(names.filter((name) => !shown.some((start) => name.startsWith(start)))).toEqual([]);
  });
});

function fails(holds: (stack: AwsStack) => void, stack: AwsStack): boolean {
  try {
    holds(stack);
    return false;
  } catch {
    return true;
  }
}
