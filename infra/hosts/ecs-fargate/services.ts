import { reference, type Text } from "../../aws/references.ts";
import type { EcsProcess, FleetParts } from "./fleet-parts.ts";
import type { Container, FleetResource, Service } from "./graph.ts";
import { isSecretValue, secretReference } from "./secrets.ts";

/** Whom the image runs as, and what runs it there: Dockerfile. */
const USER = "10001:10001";
const NODE = "/usr/local/bin/node";
const PLATFORM = "1.4.0";
/** Of the health check. */
const INTERVAL_SECONDS = 15;
const TIMEOUT_SECONDS = 5;
const RETRIES = 3;

/** What keeps each process running. */
export function serviceNodes(parts: FleetParts): FleetResource[] {
  return parts.processes.flatMap((process) => [taskDefinition(parts, process), service(parts, process)]);
}

function taskDefinition(parts: FleetParts, process: EcsProcess): FleetResource {
  const { fleet, title, config } = parts;
  return {
    type: "ecs_task_definition",
    name: `${fleet}-${process.name}-task`,
    family: `${title}-${process.name}`,
    cpu: process.cpu,
    memory: process.memory,
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpuArchitecture: config.architecture === "arm64" ? "ARM64" : "X86_64",
    operatingSystemFamily: "LINUX",
    executionRoleArn: reference(`${fleet}-execution-role`, "arn"),
    taskRoleArn: reference(`${fleet}-task-role`, "arn"),
    container: container(parts, process),
  };
}

function container({ fleet, request, config }: FleetParts, process: EcsProcess): Container {
  const { health, startSeconds } = request.workload;
  const settings = Object.entries(process.environment);
  return {
    name: process.containerName,
    image: request.image,
    essential: true,
    user: USER,
    readonlyRootFilesystem: true,
    initProcessEnabled: true,
    stopTimeout: request.graceSeconds,
    environment: settings.flatMap(([name, value]) => (isSecretValue(value) ? [] : [{ name, value }])),
    secrets: settings.flatMap(([name, value]) =>
      isSecretValue(value) ? [{ name, valueFrom: secretReference(fleet, name) }] : [],
    ),
    ...(config.registryUser === undefined
      ? {}
      : { repositoryCredentials: reference(`${fleet}-registry-version`, "arn") }),
    portMappings: [{ containerPort: process.port, protocol: "tcp" }],
    healthCheck: {
      command: ["CMD", NODE, "-e", probe(process.port, health.ready)],
      interval: INTERVAL_SECONDS,
      timeout: TIMEOUT_SECONDS,
      startPeriod: startSeconds,
      retries: RETRIES,
    },
    logGroup: reference(`${fleet}-log`, "name"),
    logRegion: config.region,
    logStreamPrefix: process.logStreamPrefix,
  };
}

/**
 * Whether it has joined the others on its store, which it says until it is told to stop, whatever becomes of the store
 * and of WhatsApp: a release that never joins is taken back, and afterwards only a process whose event loop stands still
 * is replaced. One that consumes much raises an alarm.
 */
function probe(port: number, path: string): string {
  return `fetch("http://127.0.0.1:${port}${path}").then(({ok})=>process.exit(ok?0:1),()=>process.exit(1))`;
}

function service(parts: FleetParts, process: EcsProcess): Service {
  const { fleet, vpc, chosen, config } = parts;
  const { spot, onDemandBase } = chosen;
  const securityGroups: Text[] = [reference(`${fleet}-tasks`, "id"), vpc.storeClients];
  return {
    type: "ecs_service",
    name: `${fleet}-${process.name}`,
    serviceName: process.serviceName,
    cluster: reference(`${fleet}-cluster`, "arn"),
    taskDefinition: reference(`${fleet}-${process.name}-task`, "arn"),
    desiredCount: process.instances,
    ignoresDesiredCount: process.maxInstances > process.instances,
    capacityProviderStrategy: [
      // ECS takes a base of one provider only, and this is the one that is always there.
      { capacityProvider: "FARGATE", base: Math.max(onDemandBase, spot === 0 ? 1 : 0), weight: 100 - spot },
      ...(spot === 0 ? [] : [{ capacityProvider: "FARGATE_SPOT" as const, base: 0, weight: spot }]),
    ],
    platformVersion: PLATFORM,
    forceNewDeployment: true,
    // A new task joins before an old one drains: leases keep a number from being connected twice.
    deploymentMinimumHealthyPercent: 100,
    deploymentMaximumPercent: 200,
    circuitBreaker: { enable: true, rollback: true },
    enableExecuteCommand: false,
    enableEcsManagedTags: true,
    propagateTags: "SERVICE",
    waitForSteadyState: true,
    availabilityZoneRebalancing: process.instances > 1 ? "ENABLED" : "DISABLED",
    subnets: vpc.taskSubnets,
    securityGroups,
    assignPublicIp: vpc.assignPublicIp,
    ...(process.isPublic ? behindBalancer(parts, process) : {}),
    after: [
      `${fleet}-capacity`,
      `${fleet}-execution-policy`,
      `${fleet}-task-policy`,
      `${fleet}-tasks-out`,
      ...vpc.waysOut,
      ...(config.registryUser === undefined ? [] : [`${fleet}-registry-version`]),
      ...(process.isPublic ? [`${fleet}-public-listener`, `${fleet}-tasks-in`] : []),
    ],
  };
}

function behindBalancer(
  { fleet, request }: FleetParts,
  { containerName, port }: EcsProcess,
): Pick<Service, "loadBalancer" | "healthCheckGracePeriodSeconds"> {
  return {
    healthCheckGracePeriodSeconds: request.workload.startSeconds,
    loadBalancer: {
      targetGroupArn: reference(`${fleet}-public-target`, "arn"),
      containerName,
      containerPort: port,
    },
  };
}
