import type { Graph } from "../../aws/graph.ts";
import { reference, type Text } from "../../aws/references.ts";
import { basicsOf } from "../../fleet-basics.ts";
import type { FleetPlan, FleetRequest, ProcessPlan } from "../../host.ts";
import { requireVpc } from "../../networks/aws-vpc/plan.ts";
import { processesOf } from "../../processes.ts";
import { accessNodes } from "./access.ts";
import { alarmNodes } from "./alarms.ts";
import { balancerNodes } from "./balancer.ts";
import type { EcsFargateFleetConfig } from "./config.ts";
import { firewallNodes } from "./firewall.ts";
import type { EcsProcess, FleetParts } from "./fleet-parts.ts";
import type { FleetResource } from "./graph.ts";
import { imageNodes } from "./image-source.ts";
import { metricsNamespace } from "./metrics.ts";
import { chosenOf, type Chosen } from "./presets.ts";
import { scalingNodes } from "./scaling.ts";
import { secretNodes } from "./secrets.ts";
import { serviceNodes } from "./services.ts";

export interface EcsFargatePlan extends FleetPlan {
  readonly host: "ecs-fargate";
  /** The account that it has to be. */
  readonly account?: string;
  readonly clusterName: string;
  readonly logGroupName: string;
  /** Where HTTP reaches it: under its domain, or else its load balancer's own name. */
  readonly url?: Text;
  readonly domain?: string;
  readonly registryUser?: string;
  readonly resources: Graph<FleetResource>;
  readonly processes: readonly EcsProcess[];
}

/** A task has an address of its own: any port is free that needs no privilege. */
const PUBLIC_PORT = 8_080;
const PRIVATE_PORT = 3_001;

export function planFleet(request: FleetRequest<EcsFargateFleetConfig>): EcsFargatePlan {
  const parts = partsOf(request);
  const { config, title, chosen, fleet } = parts;
  const { account, domain, registryUser } = config;
  return {
    ...basicsOf("ecs-fargate", request),
    ...(account === undefined ? {} : { account }),
    clusterName: title,
    logGroupName: logGroupOf(parts),
    ...(chosen.loadBalancer ? { url: urlOf(fleet, domain) } : {}),
    ...(domain === undefined ? {} : { domain }),
    ...(registryUser === undefined ? {} : { registryUser }),
    resources: graphOf(parts),
    processes: parts.processes,
  };
}

function partsOf(request: FleetRequest<EcsFargateFleetConfig>): FleetParts {
  const { stack, name: fleet, config, environment } = request;
  const chosen = chosenOf(config);
  const metrics = { OXY_METRICS: "cloudwatch", OXY_METRICS_NAMESPACE: metricsNamespace(stack) };
  const processes = processesOf(chosen.services, environment, {
    least: chosen.instances,
    most: chosen.maxInstances,
  }).map((process) => onTasks(process, chosen, metrics));
  const open = processes.find(({ isPublic }) => isPublic);
  return {
    fleet,
    title: titleOf(stack, fleet),
    request,
    config,
    chosen,
    vpc: requireVpc(request.within),
    processes,
    ...(open === undefined ? {} : { open }),
  };
}

/** What a fleet is called at AWS, in every one of its names there; neither stack nor fleet has a `_` in its own. */
export function titleOf(stack: string, fleet: string): string {
  return `oxy-${stack}_${fleet}`;
}

/** Whoever holds no sessions is one task, and says nothing of who waits. */
function onTasks(
  process: ProcessPlan,
  { loadBalancer, size }: Chosen,
  metrics: Readonly<Record<string, string>>,
): EcsProcess {
  const isPublic = process.isPublic && loadBalancer;
  const port = isPublic ? PUBLIC_PORT : PRIVATE_PORT;
  // More of those that hold sessions, when customers wait.
  const isScaled = process.role !== "web";
  return {
    ...process,
    environment: {
      ...process.environment,
      [isPublic ? "PORT" : "OXY_HEALTH_PORT"]: `${port}`,
      ...(isScaled ? metrics : {}),
    },
    isPublic,
    serviceName: process.name,
    containerName: process.name,
    logStreamPrefix: process.name,
    instances: process.copies.least,
    maxInstances: process.copies.most,
    ...size,
    port,
  };
}

/** In an order in which each comes after those it names. */
function graphOf(parts: FleetParts): Graph<FleetResource> {
  const { fleet, title, config, chosen } = parts;
  return [
    {
      type: "ecs_cluster",
      name: `${fleet}-cluster`,
      clusterName: title,
      containerInsights: config.insights ? "enabled" : "disabled",
    },
    {
      type: "ecs_cluster_capacity_providers",
      name: `${fleet}-capacity`,
      clusterName: reference(`${fleet}-cluster`, "name"),
      capacityProviders: ["FARGATE", "FARGATE_SPOT"],
    },
    {
      type: "cloudwatch_log_group",
      name: `${fleet}-log`,
      groupName: logGroupOf(parts),
      retentionInDays: chosen.logRetentionDays,
    },
    ...imageNodes(parts),
    ...secretNodes(parts),
    ...accessNodes(parts),
    ...firewallNodes(parts),
    ...balancerNodes(parts),
    ...serviceNodes(parts),
    ...scalingNodes(parts),
    ...alarmNodes(parts),
  ];
}

function logGroupOf({ request: { stack, name } }: FleetParts): string {
  return `/oxy/${stack}/${name}`;
}

function urlOf(fleet: string, domain: string | undefined): Text {
  if (domain !== undefined) return `https://${domain}`;
  return { join: ["http://", reference(`${fleet}-public`, "dnsName")] };
}
