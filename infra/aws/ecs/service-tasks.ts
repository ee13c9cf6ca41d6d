import {
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  type DesiredStatus,
  type Service,
  type Task,
} from "@aws-sdk/client-ecs";
import { isApiFailure } from "../../api/failure.ts";
import type { Settings } from "../../api/api.ts";
import { clientSettings } from "../account/client-settings.ts";
import { answered } from "../account/failure.ts";

/** What there is of a service. */
export interface ServiceTasks {
  /** How many tasks it is to have. */
  readonly desired: number;
  /** That run, or are on the way to it. */
  readonly tasks: readonly Task[];
  /** Why tasks are missing, in ECS's words; only where some are. */
  readonly trouble?: string;
}

/** The most that ECS takes at once. */
const MOST_TASKS = 100;
/** Events that say what is wrong, and not how things go. */
const TROUBLE = /unable|fail|unhealthy|error|denied|not authorized|capacity|stopped|rolling back/i;

/** Services of a cluster, and their tasks. */
export class ClusterServices {
  readonly #client: ECSClient;
  readonly #cluster: string;
  readonly #region: string;
  readonly #settings: Settings;

  constructor(cluster: string, region: string, settings: Settings) {
    this.#client = new ECSClient(clientSettings(region));
    this.#cluster = cluster;
    this.#region = region;
    this.#settings = settings;
  }

  /** @returns undefined when there is no such service. @throws ApiFailed */
  async find(name: string): Promise<ServiceTasks | undefined> {
    const service = await this.#service(name);
    if (service === undefined) return undefined;
    const { desiredCount: desired = 0 } = service;
    const tasks = await this.#tasks(name, "RUNNING");
    if (tasks.length >= desired) return { desired, tasks };
    const trouble = reasonOf(lastStopped(await this.#tasks(name, "STOPPED"))) ?? troubleOf(service);
    return { desired, tasks, ...(trouble === undefined ? {} : { trouble }) };
  }

  close(): void {
    this.#client.destroy();
  }

  async #service(name: string): Promise<Service | undefined> {
    try {
      const command = new DescribeServicesCommand({ cluster: this.#cluster, services: [name] });
      const { services = [] } = await this.#ask(this.#client.send(command), `describe service ${name}`);
      return services.find(({ status }) => status !== "INACTIVE");
    } catch (error) {
      // A cluster that is gone has no service.
      if (isApiFailure(error, "missing")) return undefined;
      throw error;
    }
  }

  async #tasks(serviceName: string, desiredStatus: DesiredStatus): Promise<readonly Task[]> {
    const arns: string[] = [];
    let nextToken: string | undefined;
    do {
      const command = new ListTasksCommand({ cluster: this.#cluster, serviceName, desiredStatus, nextToken });
      const page = await this.#ask(this.#client.send(command), `list tasks of service ${serviceName}`);
      arns.push(...(page.taskArns ?? []));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    const described: Task[] = [];
    for (let first = 0; first < arns.length; first += MOST_TASKS) {
      const tasks = arns.slice(first, first + MOST_TASKS);
      const command = new DescribeTasksCommand({ cluster: this.#cluster, tasks });
      const page = await this.#ask(this.#client.send(command), `describe tasks of service ${serviceName}`);
      described.push(...(page.tasks ?? []));
    }
    return described;
  }

  async #ask<Answer>(call: Promise<Answer>, doing: string): Promise<Answer> {
    return await answered(call, { doing, region: this.#region }, this.#settings);
  }
}

/** Its reason in ECS's words, and how its container ended. */
export function reasonOf(task: Task | undefined): string | undefined {
  if (task === undefined) return undefined;
  const { stoppedReason, containers = [] } = task;
  const ends = containers.flatMap(({ reason, exitCode }) => [
    reason,
    exitCode === undefined ? undefined : `exit code ${exitCode}`,
  ]);
  const all = new Set([stoppedReason, ...ends].filter(Boolean));
  return all.size === 0 ? undefined : [...all].join(", ");
}

function lastStopped(tasks: readonly Task[]): Task | undefined {
  const stoppedAt = (task: Task): number => (task.stoppedAt ?? task.stoppingAt)?.getTime() ?? 0;
  return tasks.toSorted((one, other) => stoppedAt(other) - stoppedAt(one))[0];
}

function troubleOf({ deployments = [], events = [] }: Service): string | undefined {
  const failed = deployments.find(({ rolloutState }) => rolloutState === "FAILED")?.rolloutStateReason;
  return failed ?? events.find(({ message = "" }) => TROUBLE.test(message))?.message;
}
