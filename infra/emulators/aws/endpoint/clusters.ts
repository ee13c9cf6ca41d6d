import { z } from "zod";
import { textOf, type Account, type Held } from "../account.ts";
import type { Deployment } from "../ecs/deployment.ts";
import type { EcsServices, RunningService } from "../ecs/services.ts";
import type { Task } from "../ecs/task.ts";
import { AwsRefused } from "../refused.ts";
import type { Service } from "./answer.ts";

const CLUSTER = "aws:ecs/cluster:Cluster";
const FEW = 10;
const MANY = 100;

const listing = z.object({
  cluster: z.string().default("default"),
  serviceName: z.string().optional(),
  family: z.string().optional(),
  desiredStatus: z.enum(["RUNNING", "PENDING", "STOPPED"]).default("RUNNING"),
  launchType: z.string().optional(),
  maxResults: z.int().max(MANY).default(MANY),
  nextToken: z.string().optional(),
});
const describingTasks = z.object({
  cluster: z.string().default("default"),
  tasks: z.array(z.string()).max(MANY),
  include: z.array(z.string()).optional(),
});
const describingServices = z.object({
  cluster: z.string().default("default"),
  services: z.array(z.string()).max(FEW),
  include: z.array(z.string()).optional(),
});

/** What ECS says of what runs. */
export function clusters(account: Account, services: EcsServices): Service {
  const clusterOf = (name: string): Held => {
    const found = account.withArn(name) ?? account.all(CLUSTER).find((one) => textOf(one, "name") === name);
    if (found?.type !== CLUSTER) throw new AwsRefused("ClusterNotFoundException", "Cluster not found.");
    return found;
  };
  const within = (cluster: string): readonly RunningService[] => {
    const found = clusterOf(cluster);
    const names = new Set([found.id, textOf(found, "arn"), textOf(found, "name")]);
    return services.running.filter(({ service }) => names.has(service.settings.cluster));
  };
  const arnOf = ({ held }: RunningService, { id }: Task): string =>
    `${held.id.replace(":service/", ":task/").replace(/\/[^/]*$/, "")}/${id}`;

  return {
    ListTasks: ({ body }) => {
      const {
        cluster,
        serviceName,
        family,
        desiredStatus,
        maxResults,
        nextToken = "0",
      } = listing.parse(body);
      const those = within(cluster).filter(({ held }) => isNamed(held, serviceName));
      if (serviceName !== undefined && those.length === 0)
        throw new AwsRefused("ServiceNotFoundException", "Service not found.");
      const arns = those.flatMap((one) =>
        one.service.tasks
          .filter((task) => (task.isLive ? "RUNNING" : "STOPPED") === desiredStatus)
          .filter(({ definition }) => family === undefined || definition.arn.includes(`/${family}:`))
          .map((task) => arnOf(one, task)),
      );
      const end = Number(nextToken) + maxResults;
      return {
        taskArns: arns.slice(Number(nextToken), end),
        ...(end < arns.length ? { nextToken: `${end}` } : {}),
      };
    },
    DescribeTasks: ({ body }) => {
      const { cluster, tasks } = describingTasks.parse(body);
      const all = within(cluster).flatMap((one) => one.service.tasks.map((task) => ({ one, task })));
      const found = tasks.map(
        (name) => [name, all.find(({ task }) => task.id === name.split("/").at(-1))] as const,
      );
      return {
        tasks: found.flatMap(([, entry]) =>
          entry === undefined
            ? []
            : [shownTask(entry.task, entry.one, arnOf(entry.one, entry.task), clusterOf(cluster))],
        ),
        failures: found
          .filter(([, entry]) => entry === undefined)
          .map(([arn]) => ({ arn, reason: "MISSING" })),
      };
    },
    DescribeServices: ({ body }) => {
      const { cluster, services: names } = describingServices.parse(body);
      const those = within(cluster);
      const found = names.map((name) => [name, those.find(({ held }) => isNamed(held, name))] as const);
      return {
        services: found.flatMap(([, one]) =>
          one === undefined ? [] : [shownService(one, clusterOf(cluster))],
        ),
        failures: found.filter(([, one]) => one === undefined).map(([arn]) => ({ arn, reason: "MISSING" })),
      };
    },
  };
}

function isNamed(held: Held, name: string | undefined): boolean {
  return name === undefined || held.id === name || textOf(held, "name") === name;
}

function shownTask(task: Task, { held }: RunningService, taskArn: string, cluster: Held): object {
  const { definition, capacityProvider, status, health, createdAt, startedAt, stoppedAt } = task;
  return {
    taskArn,
    clusterArn: cluster.id,
    taskDefinitionArn: definition.arn,
    group: `service:${textOf(held, "name")}`,
    lastStatus: status,
    desiredStatus: task.isLive ? "RUNNING" : "STOPPED",
    healthStatus: health,
    capacityProviderName: capacityProvider,
    launchType: "FARGATE",
    cpu: `${definition.cpu}`,
    memory: `${definition.memory}`,
    createdAt: seconds(createdAt),
    ...(startedAt === undefined ? {} : { startedAt: seconds(startedAt) }),
    ...(stoppedAt === undefined ? {} : { stoppedAt: seconds(stoppedAt) }),
    ...(task.stopCode === undefined ? {} : { stopCode: task.stopCode, stoppedReason: task.stoppedReason }),
    containers: [
      {
        containerArn: taskArn.replace(":task/", ":container/"),
        taskArn,
        name: definition.container.name,
        image: definition.container.image,
        lastStatus: status,
        healthStatus: health,
        ...(task.exitCode === undefined ? {} : { exitCode: task.exitCode }),
      },
    ],
  };
}

function shownService({ held, service }: RunningService, cluster: Held): object {
  const { settings, deployments, events, createdAt } = service;
  const [primary] = deployments;
  return {
    serviceArn: held.id,
    serviceName: settings.name,
    clusterArn: cluster.id,
    status: "ACTIVE",
    desiredCount: settings.desiredCount,
    ...counted(service.tasks),
    taskDefinition: primary?.definition.arn,
    capacityProviderStrategy: settings.capacityProviderStrategies,
    createdAt: seconds(createdAt),
    deployments: deployments.map((one, index) => shownDeployment(one, index === 0, settings.desiredCount)),
    events: events.map(({ at, message }, index) => ({
      id: `${events.length - index}`,
      createdAt: seconds(at),
      message,
    })),
  };
}

function shownDeployment(deployment: Deployment, isPrimary: boolean, desiredCount: number): object {
  return {
    id: deployment.id,
    status: isPrimary ? "PRIMARY" : "ACTIVE",
    taskDefinition: deployment.definition.arn,
    desiredCount: isPrimary ? desiredCount : 0,
    ...counted(deployment.tasks),
    failedTasks: deployment.failedTasks,
    rolloutState: deployment.rollout,
    rolloutStateReason: deployment.reason,
    createdAt: seconds(deployment.createdAt),
    updatedAt: seconds(deployment.updatedAt),
  };
}

function counted(tasks: readonly Task[]): object {
  return {
    runningCount: tasks.filter(({ status }) => status === "RUNNING").length,
    pendingCount: tasks.filter(({ status }) => status === "PENDING").length,
  };
}

/** As AWS's JSON has a time. */
function seconds(date: Date): number {
  return date.getTime() / 1_000;
}
