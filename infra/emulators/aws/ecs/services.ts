import type { Containers } from "../../containers.ts";
import type { Account, Held } from "../account.ts";
import type { Credentials } from "../credentials.ts";
import { NotReady, type Doing, type Live } from "../live.ts";
import type { LoadBalancing, Registered } from "../load-balancing.ts";
import type { Pace } from "../pace.ts";
import { connects, reachesInternet } from "../reach.ts";
import { AwsRefused } from "../refused.ts";
import { requireCapacityProviders, requireTargets } from "./requirements.ts";
import { DeploymentFailed, EcsService, type Surroundings } from "./service.ts";
import { settingsOf, type Settings } from "./settings.ts";
import { environmentOf, NotStarted } from "./start.ts";
import { readTaskDefinition, type TaskDefinition } from "./task-definition.ts";
import { Task } from "./task.ts";

const TASK_DEFINITION = "aws:ecs/taskDefinition:TaskDefinition";
const SERVICE = "aws:ecs/service:Service";
const SPOT = "FARGATE_SPOT";

export interface ServiceParts {
  readonly account: Account;
  readonly containers: Containers;
  readonly balancing: LoadBalancing;
  readonly credentials: Credentials;
  readonly pace: Pace;
  /** Where AWS is called on this machine. */
  readonly endpoint: () => string;
  /** What of a value is not to be reached from there, changed so that it is not. */
  readonly reachable: (value: string, securityGroups: readonly string[]) => string;
  /** Variables with which a task trusts whom it has to. */
  readonly trust: Readonly<Record<string, string>>;
}

/** A service, and what its scheduler keeps running. */
export interface RunningService {
  readonly held: Held;
  readonly service: EcsService;
}

/**
 * Every service of ECS in the account. None is scaled by what it measures: policies of autoscaling are held against the
 * SDK's types and kept, and a service has as many tasks as it was told.
 */
export class EcsServices {
  readonly #parts: ServiceParts;
  readonly #running = new Map<string, RunningService>();
  /** Capacity providers that have none now. */
  readonly #exhausted = new Set<string>();

  constructor(parts: ServiceParts) {
    this.#parts = parts;
  }

  get running(): readonly RunningService[] {
    return [...this.#running.values()];
  }

  readonly live: Readonly<Record<string, Live>> = {
    [TASK_DEFINITION]: {
      create: async (held) => {
        readTaskDefinition(held);
        return {};
      },
      // What runs goes on: it is only that no service takes it any more.
      remove: async () => {},
    },
    [SERVICE]: {
      create: (held, doing) => this.#create(held, doing),
      update: (held, doing) => this.#update(held, doing),
      remove: async (held) => {
        await this.#running.get(held.id)?.service.remove();
        this.#running.delete(held.id);
      },
      seen: (held) => this.#seen(held),
    },
  };

  /** @param name of the service, `<cluster>/<service>` where several have that name, or its ARN */
  named(name: string): RunningService | undefined {
    return this.running.find(({ held }) => held.id === name || held.id.endsWith(`/${name}`));
  }

  /**
   * Spot takes its capacity back: every task of the service that is on it gets SIGTERM, which is its warning, and is
   * killed when its time is over.
   * @param capacity `absent`: there is none for another one either, until it is said to be there again. ECS places
   * nothing on demand in its place, as AWS has it: what a base keeps there goes on.
   * @returns ids of the tasks
   */
  interrupt(
    name: string,
    { capacity = "there" }: { readonly capacity?: "there" | "absent" } = {},
  ): readonly string[] {
    const found = this.named(name);
    if (found === undefined) throw new AwsRefused("ServiceNotFoundException", `Service ${name} not found.`);
    this.provide(SPOT, capacity);
    const tasks = found.service.live.filter(({ capacityProvider }) => capacityProvider === SPOT);
    for (const task of tasks) found.service.interrupt(task);
    return tasks.map(({ id }) => id);
  }

  /** Whether there is capacity of a provider from now on. */
  provide(capacityProvider: string, capacity: "there" | "absent"): void {
    if (capacity === "absent") this.#exhausted.add(capacityProvider);
    else this.#exhausted.delete(capacityProvider);
  }

  async close(): Promise<void> {
    await Promise.all(this.running.map(({ service }) => service.remove()));
    this.#running.clear();
  }

  async #create(held: Held, doing: Doing): Promise<{}> {
    const settings = settingsOf(held);
    const definition = this.#definitionOf(settings);
    requireCapacityProviders(this.#parts.account, settings);
    requireTargets(this.#parts.balancing, settings, definition);
    const service = new EcsService(settings, definition, this.#surroundingsOf(held));
    this.#running.set(held.id, { held, service });
    await steady(service, settings, doing, `${held.id}) create`);
    return {};
  }

  async #update(held: Held, doing: Doing): Promise<{}> {
    const found = this.#running.get(held.id);
    if (found === undefined) throw new AwsRefused("ServiceNotFoundException", "Service not found.");
    const settings = settingsOf(held);
    const definition = this.#definitionOf(settings);
    requireCapacityProviders(this.#parts.account, settings);
    requireTargets(this.#parts.balancing, settings, definition);
    found.service.change(settings, definition);
    await steady(found.service, settings, doing, `${held.id}) update`);
    return {};
  }

  #seen(held: Held): Readonly<Record<string, string | number>> {
    const service = this.#running.get(held.id)?.service;
    const current =
      service?.deployments.find(({ rollout }) => rollout !== "FAILED") ?? service?.deployments[0];
    if (service === undefined || current === undefined) return {};
    return { taskDefinition: current.definition.arn, desiredCount: service.settings.desiredCount };
  }

  #definitionOf({ taskDefinition }: Settings): TaskDefinition {
    const { account } = this.#parts;
    const found = account.withArn(taskDefinition) ?? account.find(TASK_DEFINITION, taskDefinition);
    if (found?.type !== TASK_DEFINITION) throw new AwsRefused("ClientException", "TaskDefinition not found.");
    return readTaskDefinition(found);
  }

  #surroundingsOf(held: Held): Surroundings {
    const registered = new Map<Task, Registered & { readonly since: number }>();
    const current = (): Settings => this.#running.get(held.id)?.service.settings ?? settingsOf(held);
    const register = (task: Task): Registered | undefined => {
      const [behind] = current().loadBalancers;
      const known = registered.get(task);
      if (behind === undefined || known !== undefined || task.status !== "RUNNING") return known;
      const group = this.#parts.account.withArn(behind.targetGroupArn);
      if (group === undefined || task.container === undefined) return undefined;
      const entry = this.#parts.balancing.register(group, task.container.port, () =>
        this.#isLetIn(current(), behind.targetGroupArn, behind.containerPort),
      );
      registered.set(task, { ...entry, since: performance.now() });
      return entry;
    };
    return {
      pace: this.#parts.pace,
      start: (definition, capacityProvider) => this.#start(held, current(), definition, capacityProvider),
      hasCapacity: (capacityProvider) => !this.#exhausted.has(capacityProvider),
      isServing: (task) => {
        if (current().loadBalancers.length === 0) return true;
        return register(task)?.target.isHealthy ?? false;
      },
      isGivenUp: (task) => {
        const known = registered.get(task);
        const graceMs = current().healthCheckGracePeriodSeconds * 1_000;
        return known !== undefined && performance.now() - known.since > graceMs && known.isGivenUp();
      },
      leave: async (task) => {
        const known = registered.get(task);
        registered.delete(task);
        this.#parts.credentials.revoke(task.status === "STOPPED" ? task.id : "");
        await known?.leave();
      },
    };
  }

  #isLetIn({ networkConfiguration }: Settings, targetGroup: string, port: number): boolean {
    const groups = networkConfiguration?.securityGroups ?? [];
    return connects(this.#parts.account, this.#parts.balancing.groupsBefore(targetGroup), groups, port);
  }

  #start(held: Held, settings: Settings, definition: TaskDefinition, capacityProvider: string): Task {
    const { containers, pace } = this.#parts;
    return new Task({
      containers,
      pace,
      definition,
      capacityProvider,
      // Its cluster's and its own.
      name: held.id.split("/").slice(1).join("-"),
      environment: (task) => this.#environmentOf(task, held, settings, definition),
    });
  }

  /** What a task has of its definition, and what Fargate adds to it. @throws NotStarted */
  #environmentOf(
    task: string,
    { region }: Held,
    { networkConfiguration }: Settings,
    definition: TaskDefinition,
  ): Readonly<Record<string, string>> {
    const { account, reachable, trust, endpoint, credentials } = this.#parts;
    const network = networkConfiguration ?? { subnets: [], securityGroups: [], assignPublicIp: false };
    if (!reachesInternet(account, network))
      throw new NotStarted(
        "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR: " +
          "There is a connection issue between the task and Amazon ECR. Check your task network configuration.",
      );
    const own = Object.entries(environmentOf(account, definition, region));
    const asked = definition.taskRoleArn === "" ? undefined : credentials.issue(task, definition.taskRoleArn);
    return {
      ...trust,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_EXECUTION_ENV: "AWS_ECS_FARGATE",
      ...Object.fromEntries(own.map(([key, value]) => [key, reachable(value, network.securityGroups)])),
      // Instead of AWS's own addresses: nothing of a rehearsal gets there.
      AWS_ENDPOINT_URL: endpoint(),
      AWS_EC2_METADATA_DISABLED: "true",
      ...(asked === undefined
        ? {}
        : {
            AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint()}/task-credentials/${task}`,
            AWS_CONTAINER_AUTHORIZATION_TOKEN: asked.token,
          }),
    };
  }
}

/** @throws NotReady in the words of AWS's provider */
async function steady(
  service: EcsService,
  { waitForSteadyState }: Settings,
  doing: Doing,
  what: string,
): Promise<void> {
  if (!waitForSteadyState) return;
  doing.progress("waiting until it is steady");
  try {
    await service.steady(doing.signal);
  } catch (error) {
    if (!(error instanceof DeploymentFailed)) throw error;
    const why = service.events.find(({ message }) => message.includes("stopped:"))?.message ?? "";
    throw new NotReady(`waiting for ECS Service (${what}: ${error.message} ${why}`.trim());
  }
}
