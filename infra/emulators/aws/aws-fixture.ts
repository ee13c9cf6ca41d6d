import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import { bundleDirectory } from "../../image.ts";
import { secret, TestEngine, type Wire } from "../../provider/client-fixture.ts";
import type { Cloud } from "../cloud.ts";
import { Containers } from "../containers.ts";
import { RedisServers } from "../redis-servers.ts";
import { startAwsWith, type AwsOptions, type EmulatedAws } from "./emulator.ts";

export const REGION = "sa-east-1";
const QUICK = { look: 0.05, patience: 3 };

/** A resource as the engine has it. */
export interface Made {
  readonly type: string;
  readonly id: string;
  readonly inputs: Wire;
  readonly state: Wire;
}

/** An emulated AWS for each test, asked as the engine asks Pulumi's plugin. */
export class TestAws {
  readonly home: string;
  readonly aws: EmulatedAws;
  readonly containers: Containers;
  readonly #redisServers: RedisServers;
  readonly #engines = new Map<string, TestEngine>();

  private constructor(home: string, aws: EmulatedAws, { containers, redisServers }: Omit<Cloud, "folder">) {
    this.home = home;
    this.aws = aws;
    this.containers = containers;
    this.#redisServers = redisServers;
  }

  static async start(options: AwsOptions = {}): Promise<TestAws> {
    const home = await mkdtemp(join(tmpdir(), "aws-"));
    const containers = new Containers(home, join(home, "containers"));
    const redisServers = new RedisServers(join(home, "redis"));
    const hasty = { pace: QUICK, ...options };
    const runs = { containers, redisServers };
    return new TestAws(home, await startAwsWith({ ...runs, folder: home }, hasty), runs);
  }

  /** What it runs has ended then, or the test fails. */
  async close(): Promise<void> {
    for (const engine of this.#engines.values()) engine.close();
    await this.aws.emulator.close();
    expect([...this.containers.running, ...this.#redisServers.running]).toEqual([]);
    await rm(this.home, { recursive: true });
  }

  /** An engine that has configured the provider, about one type of resource. */
  async engine(type: string, config: Wire = { region: REGION }): Promise<TestEngine> {
    const key = `${type} ${JSON.stringify(config)}`;
    const known = this.#engines.get(key);
    if (known !== undefined) return known;
    const engine = new TestEngine(`127.0.0.1:${this.aws.pluginPort}`, type);
    this.#engines.set(key, engine);
    await engine.configure(config);
    return engine;
  }

  async make(type: string, inputs: Wire): Promise<Made> {
    const engine = await this.engine(type);
    const checked = await engine.check(inputs);
    expect(checked.failures).toEqual([]);
    const { id, state } = await engine.create(checked.inputs);
    return { type, id, inputs: checked.inputs, state };
  }

  async change(made: Made, changes: Wire): Promise<Made> {
    const engine = await this.engine(made.type);
    const inputs = { ...made.inputs, ...changes };
    const { replaces } = await engine.diff(made.inputs, made.state, inputs);
    expect(replaces).toEqual([]);
    const state = await engine.update(made.id, made.inputs, made.state, inputs);
    return { ...made, inputs, state };
  }

  async read({ type, id, inputs, state }: Made): Promise<{ readonly inputs: Wire; readonly state: Wire }> {
    return await (await this.engine(type)).read(id, { inputs, state });
  }

  async remove({ type, id, inputs, state }: Made): Promise<void> {
    await (await this.engine(type)).delete(id, inputs, state);
  }

  /** An image whose process serves HTTP, and says in its answer which one it is. @param start what it does first */
  async image(digit: string, { start = "", atEnd = "process.exit(0)" } = {}): Promise<string> {
    const digest = `sha256:${digit.repeat(64)}`;
    const folder = bundleDirectory(this.home, digest);
    await mkdir(folder, { recursive: true });
    await writeFile(
      join(folder, "main.mjs"),
      `import { createServer } from "node:http";
      console.log("starting ${digit}");
      ${start}
      createServer((_, response) => response.end("of ${digit}, " + process.env.GREETING))
        .listen(process.env.PORT ?? process.env.OXY_HEALTH_PORT, "127.0.0.1", () => console.log("serving ${digit}"));
      process.on("SIGTERM", () => { console.log("draining ${digit}"); ${atEnd}; });`,
    );
    return `ghcr.io/acme/oxy-worker@${digest}`;
  }

  /** A VPC with a subnet that has a way out, and a security group that lets everything out. */
  async network() {
    const vpc = await this.make("aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/16" });
    const gateway = await this.make("aws:ec2/internetGateway:InternetGateway", { vpcId: vpc.id });
    const subnet = await this.make("aws:ec2/subnet:Subnet", { vpcId: vpc.id, cidrBlock: "10.0.0.0/24" });
    const table = await this.make("aws:ec2/routeTable:RouteTable", { vpcId: vpc.id });
    const route = await this.make("aws:ec2/route:Route", {
      routeTableId: table.id,
      destinationCidrBlock: "0.0.0.0/0",
      gatewayId: gateway.id,
    });
    const association = await this.make("aws:ec2/routeTableAssociation:RouteTableAssociation", {
      routeTableId: table.id,
      subnetId: subnet.id,
    });
    const { group, egress } = await this.group(vpc, "tasks");
    return { vpc, gateway, subnet, table, route, association, group, egress };
  }

  async group(vpc: Made, name: string) {
    const group = await this.make("aws:ec2/securityGroup:SecurityGroup", {
      name,
      description: name,
      vpcId: vpc.id,
    });
    const egress = await this.make("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", {
      securityGroupId: group.id,
      ipProtocol: "-1",
      cidrIpv4: "0.0.0.0/0",
    });
    return { group, egress };
  }

  async letIn(into: Made, from: Made, port: number): Promise<Made> {
    return await this.make("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", {
      securityGroupId: into.id,
      referencedSecurityGroupId: from.id,
      ipProtocol: "tcp",
      fromPort: port,
      toPort: port,
    });
  }

  /** What a service needs besides a network: cluster, log group, a secret, and roles that allow what they have to. */
  async surroundings(secrets: Readonly<Record<string, string>> = { GREETING: "hello" }) {
    const network = await this.network();
    const cluster = await this.make("aws:ecs/cluster:Cluster", { name: "main" });
    await this.make("aws:ecs/clusterCapacityProviders:ClusterCapacityProviders", {
      clusterName: "main",
      capacityProviders: ["FARGATE", "FARGATE_SPOT"],
    });
    const logs = await this.make("aws:cloudwatch/logGroup:LogGroup", { name: "/oxy/main" });
    const kept = await this.make("aws:secretsmanager/secret:Secret", { name: "oxy/main" });
    const version = await this.make("aws:secretsmanager/secretVersion:SecretVersion", {
      secretId: kept.id,
      secretString: secret(JSON.stringify(secrets)),
    });
    const execution = await this.role("main-execution");
    const policy = await this.make("aws:iam/rolePolicy:RolePolicy", {
      name: "start",
      role: execution.id,
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: kept.id },
          {
            Effect: "Allow",
            Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
            Resource: `${String(logs.state["arn"])}:log-stream:*`,
          },
        ],
      }),
    });
    const task = await this.role("main-task");
    return { ...network, cluster, logs, kept, version, execution, policy, task };
  }

  async role(name: string): Promise<Made> {
    return await this.make("aws:iam/role:Role", {
      name,
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ecs-tasks.amazonaws.com" } },
        ],
      }),
    });
  }

  async taskDefinition(around: Surroundings, image: string, more: Wire = {}): Promise<Made> {
    const { kept, version, execution, task } = around;
    const container = {
      name: "main",
      image,
      essential: true,
      stopTimeout: 5,
      environment: [{ name: "PORT", value: "3000" }],
      secrets: [
        { name: "GREETING", valueFrom: `${kept.id}:GREETING::${String(version.state["versionId"])}` },
      ],
      portMappings: [{ containerPort: 3000, protocol: "tcp" }],
      healthCheck: {
        command: ["CMD", "/usr/local/bin/node", "-e", HEALTH],
        interval: 10,
        timeout: 5,
        retries: 2,
        startPeriod: 0,
      },
      logConfiguration: {
        logDriver: "awslogs",
        options: {
          "awslogs-group": "/oxy/main",
          "awslogs-region": REGION,
          "awslogs-stream-prefix": "main",
        },
      },
      ...more,
    };
    return await this.make("aws:ecs/taskDefinition:TaskDefinition", {
      family: "main-all",
      cpu: "256",
      memory: "512",
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      executionRoleArn: execution.state["arn"],
      taskRoleArn: task.state["arn"],
      containerDefinitions: JSON.stringify([container]),
    });
  }

  serviceInputs({ cluster, subnet, group }: Surroundings, definition: Made, more: Wire = {}): Wire {
    return {
      name: "main-all",
      cluster: cluster.id,
      taskDefinition: definition.state["arn"],
      desiredCount: 1,
      capacityProviderStrategies: [{ capacityProvider: "FARGATE", base: 1, weight: 1 }],
      deploymentMinimumHealthyPercent: 100,
      deploymentMaximumPercent: 200,
      deploymentCircuitBreaker: { enable: true, rollback: true },
      forceNewDeployment: true,
      waitForSteadyState: true,
      networkConfiguration: { subnets: [subnet.id], securityGroups: [group.id], assignPublicIp: true },
      ...more,
    };
  }

  async service(around: Surroundings, definition: Made, more: Wire = {}): Promise<Made> {
    return await this.make(SERVICE, this.serviceInputs(around, definition, more));
  }
}

export const SERVICE = "aws:ecs/service:Service";
export type Surroundings = Awaited<ReturnType<TestAws["surroundings"]>>;

const HEALTH =
  "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then(({ok})=>process.exit(ok?0:1),()=>process.exit(1))";

/** One for each test. */
export function useAws(options: AwsOptions = {}): () => TestAws {
  let aws: TestAws;
  beforeEach(async () => {
    aws = await TestAws.start(options);
  });
  afterEach(() => aws.close());
  return () => aws;
}
