import {
  allMonth,
  exactly,
  leavingOver,
  MONTH_HOURS,
  type CostItem,
  type CostQuantity,
} from "../../cost-item.ts";
import type { FleetResource, Service, TaskDefinition } from "./graph.ts";
import type { EcsFargatePlan } from "./plan.ts";

/** Alarms that AWS itself makes of a target that is tracked. Source: AWS docs, Application Auto Scaling, 2026-08. */
const ALARMS_OF_TRACKING = 2;
/** `OldestWaitingSeconds` and `Waiting`, of the fleet. */
const METRICS = 2;
const CPU_UNITS = 1_024;
const MIB_PER_GB = 1_024;

/** What its graph has, node by node: tasks, addresses, load balancer, secrets, alarms, logs. */
export function priceFleet(plan: EcsFargatePlan): readonly CostItem[] {
  const { region, resources } = plan;
  const at = (price: string): string => `aws/${price}@${region}`;
  const nodes = (type: FleetResource["type"]) => resources.filter((node) => node.type === type);
  const tracked = resources.filter(
    (node) => node.type === "appautoscaling_policy" && node.policyType === "TargetTrackingScaling",
  ).length;
  const alarms = nodes("cloudwatch_metric_alarm").length + tracked * ALARMS_OF_TRACKING;
  return [
    ...resources.flatMap((node) => (node.type === "ecs_service" ? tasksOf(node, plan) : [])),
    ...balancer(plan, at),
    { what: "secrets", price: at("secret"), quantity: exactly(nodes("secretsmanager_secret").length) },
    ...(alarms === 0 ? [] : [{ what: "alarms", price: at("alarm"), quantity: exactly(alarms) }]),
    { what: "metrics of the workers", price: at("metric"), quantity: exactly(METRICS) },
    ...insights(plan, at),
    { what: "logs taken in", price: at("logs/ingest-gb"), quantity: { meters: ["log-gb"] } },
    {
      what: "logs kept",
      price: at("logs/storage-gb"),
      quantity: { meters: ["log-gb"], times: kept(resources) },
    },
    ...(nodes("ecr_repository").length === 0
      ? []
      : [{ what: "images kept", price: at("ecr-gb"), quantity: IMAGES_GB }]),
    {
      what: "sent to the internet",
      price: at("egress-gb"),
      quantity: {
        meters: leavingOver(plan.network),
        beyond: "aws/egress/included-gb",
      },
    },
  ];
}

/** One to all ten that are kept, of an image of 60 to 100 MB compressed. */
const IMAGES_GB: CostQuantity = { low: 0.06, high: 1 };

/** Those below the base run on demand, and of the others as many as the weights say; the least first. */
function tasksOf(service: Service, { processes, region, resources }: EcsFargatePlan): CostItem[] {
  const process = processes.find(({ serviceName }) => serviceName === service.serviceName);
  const task = resources.find(
    (node): node is TaskDefinition =>
      node.type === "ecs_task_definition" && node.name === `${service.name}-task`,
  );
  if (process === undefined || task === undefined)
    throw new Error(`service ${service.serviceName} of the plan runs no task of it`);
  const { instances, maxInstances } = process;
  const architecture = task.cpuArchitecture === "ARM64" ? "arm" : "x86";
  const least = dividedOf(service, instances);
  const most = dividedOf(service, maxInstances);
  const pair = (kind: "fargate" | "fargate-spot", low: number, high: number): CostItem[] => {
    if (high === 0) return [];
    const name = `${process.name}${kind === "fargate" ? "" : ", on Spot"}`;
    const hours = (of: number): CostQuantity => allMonth(low * of, high * of);
    return [
      {
        what: `CPU of ${name}`,
        price: `aws/${kind}/${architecture}/vcpu-hour@${region}`,
        quantity: hours(task.cpu / CPU_UNITS),
      },
      {
        what: `memory of ${name}`,
        price: `aws/${kind}/${architecture}/gb-hour@${region}`,
        quantity: hours(task.memory / MIB_PER_GB),
      },
    ];
  };
  return [
    ...pair("fargate", least.onDemand, most.onDemand),
    ...pair("fargate-spot", least.spot, most.spot),
    ...(service.assignPublicIp
      ? [
          {
            what: `public addresses of ${process.name}`,
            price: `aws/public-ipv4/hour@${region}`,
            quantity: allMonth(instances, maxInstances),
          },
        ]
      : []),
  ];
}

function dividedOf({ capacityProviderStrategy: strategy }: Service, tasks: number) {
  const weights = strategy.reduce((total, { weight }) => total + weight, 0);
  const base = strategy.reduce((total, each) => total + each.base, 0);
  const weight = strategy
    .filter(({ capacityProvider }) => capacityProvider === "FARGATE_SPOT")
    .reduce((total, each) => total + each.weight, 0);
  const spot = weights === 0 ? 0 : (Math.max(0, tasks - base) * weight) / weights;
  return { onDemand: tasks - spot, spot };
}

/** It has a public address in each zone. Few people use it: it is a unit of capacity at the most. */
function balancer({ resources, region }: EcsFargatePlan, at: (price: string) => string): CostItem[] {
  return resources.flatMap((node): CostItem[] => {
    if (node.type !== "lb") return [];
    return [
      { what: "load balancer", price: at("alb/hour"), quantity: allMonth(1) },
      { what: "capacity of the load balancer", price: at("alb/lcu-hour"), quantity: allMonth(0, 1) },
      {
        what: "public addresses of the load balancer",
        price: `aws/public-ipv4/hour@${region}`,
        quantity: allMonth(node.subnets.length),
      },
    ];
  });
}

function insights({ resources }: EcsFargatePlan, at: (price: string) => string): CostItem[] {
  const enabled = resources.some(
    (node) => node.type === "ecs_cluster" && node.containerInsights === "enabled",
  );
  return enabled
    ? [{ what: "Container Insights", price: at("container-insights"), quantity: exactly(1) }]
    : [];
}

/** In months, of what a month brings. */
function kept(resources: EcsFargatePlan["resources"]): number {
  const days = resources.reduce(
    (most, node) => (node.type === "cloudwatch_log_group" ? Math.max(most, node.retentionInDays) : most),
    0,
  );
  return (days * DAY_HOURS) / MONTH_HOURS;
}

const DAY_HOURS = 24;
