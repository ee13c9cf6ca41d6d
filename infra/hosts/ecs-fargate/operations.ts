import { setTimeout as delay } from "node:timers/promises";
import type { Container, Task } from "@aws-sdk/client-ecs";
import { LogGroupReader, type LogLine } from "../../aws/ecs/log.ts";
import { ClusterServices, reasonOf, type ServiceTasks } from "../../aws/ecs/service-tasks.ts";
import { ownEnvironment } from "../../home.ts";
import type { Operations, PrintedLine, ProcessStatus } from "../../host.ts";
import type { EcsProcess } from "./fleet-parts.ts";
import type { EcsFargatePlan } from "./plan.ts";

/** Between two looks at a log that is followed, in ms. */
const LOOK_MS = 1_000;
/** Of a task's id, as the console shortens it. */
const SHORT = 8;

/** Through AWS's SDK, with the credentials that its own chain finds, in the plan's region. */
export const operations: Operations<EcsFargatePlan> = {
  async status(plan) {
    const services = new ClusterServices(plan.clusterName, plan.region, ownEnvironment());
    try {
      const all = plan.processes.map(async (process) =>
        statusOf(process, await services.find(process.serviceName), plan),
      );
      return (await Promise.all(all)).flat();
    } finally {
      services.close();
    }
  },

  async *logs(plan, _stack, { lines, follow, signal }) {
    const { region, logGroupName, processes } = plan;
    const log = new LogGroupReader(logGroupName, { region, settings: ownEnvironment(), signal });
    const prefixes = new Map(
      processes.map(({ name, logStreamPrefix, containerName }) => [
        name,
        `${logStreamPrefix}/${containerName}/`,
      ]),
    );
    const printed = ({ stream, text }: LogLine): PrintedLine => {
      const [process = stream] = [...prefixes].find(([, prefix]) => stream.startsWith(prefix)) ?? [];
      return { process, text };
    };
    try {
      const last: LogLine[] = [];
      for (const prefix of prefixes.values()) last.push(...(await log.last(lines, prefix)));
      yield* last.toSorted((one, other) => one.at - other.at).map(printed);
      if (!follow) return;
      while (!signal.aborted) {
        await delay(LOOK_MS, undefined, { signal });
        yield* (await log.next()).map(printed);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      log.close();
    }
  },
};

function statusOf(
  { name, isPublic }: EcsProcess,
  found: ServiceTasks | undefined,
  { image, domain }: EcsFargatePlan,
): readonly ProcessStatus[] {
  if (found === undefined || (found.desired === 0 && found.tasks.length === 0))
    return [
      { name, condition: found === undefined ? "not there" : "not there: its service wants none", image },
    ];
  const { desired, tasks, trouble } = found;
  const urls = isPublic && domain !== undefined ? { http: `https://${domain}` } : undefined;
  const missing = Array.from({ length: Math.max(0, desired - tasks.length) }, () => ({
    name,
    condition: trouble === undefined ? "not there" : `not there: ${trouble}`,
    image,
  }));
  return [...tasks.map((task) => statusOfTask(name, task, urls)), ...missing];
}

function statusOfTask(name: string, task: Task, urls: ProcessStatus["urls"]): ProcessStatus {
  const { startedAt, createdAt, containers = [] } = task;
  const since = (startedAt ?? createdAt)?.toISOString();
  return {
    name,
    condition: conditionOf(task),
    image: imageOf(containers[0]),
    ...(since === undefined ? {} : { since }),
    ...(urls === undefined ? {} : { urls }),
  };
}

function conditionOf(task: Task): string {
  const { taskArn = "", lastStatus = "", healthStatus } = task;
  const id = `task ${taskArn.split("/").at(-1)?.slice(0, SHORT)}`;
  if (lastStatus !== "RUNNING") {
    const why = reasonOf(task);
    return `${id}: ${lastStatus.toLowerCase()}${why === undefined ? "" : `, ${why}`}`;
  }
  switch (healthStatus) {
    case "HEALTHY":
      return "running";
    case "UNHEALTHY":
      return `${id}: its health check fails`;
    default:
      return `${id}: runs, and its health is not known yet`;
  }
}

/** By digest also where it was named by a tag. */
function imageOf({ image = "", imageDigest }: Container = {}): string {
  if (image.includes("@") || imageDigest === undefined) return image;
  return `${image.replace(/:[^/:]+$/, "")}@${imageDigest}`;
}
