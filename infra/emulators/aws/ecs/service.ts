import { setTimeout as delay } from "node:timers/promises";
import type { Container } from "../../containers.ts";
import type { Pace } from "../pace.ts";
import { Deployment } from "./deployment.ts";
import { providerOfNext, type Settings } from "./settings.ts";
import type { TaskDefinition } from "./task-definition.ts";
import type { Task } from "./task.ts";

/** A deployment came to nothing, in ECS's words. */
export class DeploymentFailed extends Error {
  override readonly name = "DeploymentFailed";
}

/** What a service's tasks need of the account around them. */
export interface Surroundings {
  readonly pace: Pace;
  start(definition: TaskDefinition, capacityProvider: string): Task;
  /** Whether there is any capacity of it now. */
  hasCapacity(capacityProvider: string): boolean;
  /** Whether a task that runs answers what its load balancer asks; true without one. */
  isServing(task: Task): boolean;
  /** A load balancer's word that it does not, for longer than the grace that its service gives it. */
  isGivenUp(task: Task): boolean;
  /** Takes it from its load balancer. */
  leave(task: Task): Promise<void>;
}

export interface ServiceEvent {
  readonly at: Date;
  readonly message: string;
}

/** Stopped tasks that are still told of. */
const KEPT_TASKS = 50;
/** How ECS begins the reason of what it stops because there is to be less of it. */
const SCALING = "Scaling activity initiated by";

/** A service of ECS: its scheduler looks again and again at what runs, and at what should. */
export class EcsService {
  readonly createdAt = new Date();
  readonly events: ServiceEvent[] = [];
  readonly #name: string;
  readonly #around: Surroundings;
  readonly #over = new AbortController();
  readonly #scheduling: Promise<void>;
  /** The newest first. */
  #deployments: Deployment[];
  #settings: Settings;
  #waiting = new Set<() => void>();
  readonly #stopped: Task[] = [];
  readonly #ending = new Set<Promise<void>>();
  #announced = "";

  constructor(settings: Settings, definition: TaskDefinition, around: Surroundings) {
    this.#name = settings.name;
    this.#settings = settings;
    this.#around = around;
    this.#deployments = [new Deployment(definition)];
    this.#scheduling = this.#schedule();
  }

  get settings(): Settings {
    return this.#settings;
  }

  get deployments(): readonly Deployment[] {
    return this.#deployments;
  }

  /** Also those that stopped lately. */
  get tasks(): readonly Task[] {
    return [...this.#deployments.flatMap(({ tasks }) => tasks), ...this.#stopped];
  }

  get live(): readonly Task[] {
    return this.#deployments.flatMap(({ live }) => live);
  }

  get containers(): readonly Container[] {
    return this.tasks.flatMap(({ container }) => container ?? []);
  }

  /** What is wanted from now on. A new deployment only where something of its tasks differs. */
  change(settings: Settings, definition: TaskDefinition): void {
    const before = this.#settings;
    this.#settings = settings;
    const isNew =
      definition.arn !== this.#primary.definition.arn ||
      settings.forceNewDeployment ||
      !isSame(before.networkConfiguration, settings.networkConfiguration) ||
      !isSame(before.loadBalancers, settings.loadBalancers);
    if (isNew) this.#deployments.unshift(new Deployment(definition));
  }

  /**
   * Resolves when what runs is what was wanted last.
   * @throws DeploymentFailed, the signal's reason
   */
  async steady(signal: AbortSignal): Promise<void> {
    const [awaited] = this.#deployments;
    while (true) {
      if (awaited?.rollout === "FAILED" && this.#primary.rollout !== "IN_PROGRESS")
        throw new DeploymentFailed(awaited.reason);
      if (awaited?.rollout === "COMPLETED" && this.#isSteady()) return;
      await this.#changed(signal);
    }
  }

  /** Ends every task, and itself. */
  async remove(): Promise<void> {
    this.#over.abort();
    await this.#scheduling;
    for (const task of this.live) this.#end(task, `${SCALING} deletion of the service`);
    await Promise.all(this.#ending);
    await Promise.all(this.tasks.map((task) => task.settled()));
  }

  /** Ends a task as Spot does: its two minutes begin with SIGTERM, and its service looks for another one at once. */
  interrupt(task: Task): void {
    void this.#around.leave(task);
    this.#track(task.stop("SpotInterruption", "Your Spot Task was interrupted."));
  }

  say(message: string): void {
    const whole = `(service ${this.#name}) ${message}`;
    this.events.unshift({ at: new Date(), message: whole });
  }

  get #primary(): Deployment {
    const primary = this.#deployments.find(({ rollout }) => rollout !== "FAILED");
    // Without any other, the failed one is what there is.
    return primary ?? (this.#deployments[0] as Deployment);
  }

  async #schedule(): Promise<void> {
    while (!this.#over.signal.aborted) {
      this.#look();
      for (const told of this.#waiting) told();
      await delay(this.#around.pace.look * 1_000, undefined, { signal: this.#over.signal }).catch(() => {});
    }
  }

  #look(): void {
    this.#countFailed();
    this.#replaceUnwell();
    this.#breakCircuit();
    this.#startMissing();
    this.#stopSurplus();
    this.#complete();
  }

  /** Those that stopped before they were of any use. */
  #countFailed(): void {
    for (const deployment of this.#deployments) {
      for (const task of deployment.tasks.filter(({ status }) => status === "STOPPED")) {
        deployment.tasks.splice(deployment.tasks.indexOf(task), 1);
        this.#stopped.unshift(task);
        this.#stopped.splice(KEPT_TASKS);
        void this.#around.leave(task);
        if (deployment.rollout !== "IN_PROGRESS" || task.stopCode === "SpotInterruption") continue;
        if (task.stoppedReason?.startsWith(SCALING) === true) continue;
        deployment.failedTasks++;
        this.say(`deployment ${deployment.id}: task ${task.id} stopped: ${task.stoppedReason ?? ""}`);
      }
    }
  }

  #replaceUnwell(): void {
    for (const task of this.live) {
      if (task.health === "UNHEALTHY") this.#end(task, "Task failed container health checks");
      else if (this.#around.isGivenUp(task)) this.#end(task, "Task failed ELB health checks");
    }
  }

  /** Back to what was complete last, where the service wants that. */
  #breakCircuit(): void {
    const primary = this.#primary;
    const { deploymentCircuitBreaker: breaker, desiredCount } = this.#settings;
    if (!breaker.enable || primary.rollout !== "IN_PROGRESS" || !primary.hasFailed(desiredCount)) return;
    primary.enter("FAILED", "ECS deployment circuit breaker: tasks failed to start.");
    this.say(`(deployment ${primary.id}) deployment failed: tasks failed to start.`);
    for (const task of primary.live) this.#end(task, `${SCALING} (deployment ${primary.id})`);
    const earlier = this.#deployments.find(({ rollout }) => rollout === "COMPLETED");
    if (!breaker.rollback || earlier === undefined) return;
    earlier.enter(
      "IN_PROGRESS",
      `ECS deployment circuit breaker: rolling back to deploymentId ${earlier.id}.`,
    );
    this.say(`rolling back to deployment ${earlier.id}.`);
  }

  #startMissing(): void {
    const primary = this.#primary;
    if (primary.rollout === "FAILED") return;
    const { desiredCount, deploymentMaximumPercent, capacityProviderStrategies, launchType } = this.#settings;
    const most = Math.max(Math.floor((desiredCount * deploymentMaximumPercent) / 100), desiredCount);
    while (primary.live.length < desiredCount && this.#occupied(primary) < most) {
      const running = primary.live.map(({ capacityProvider }) => capacityProvider);
      const provider = launchType ?? providerOfNext(capacityProviderStrategies, running);
      if (!this.#around.hasCapacity(provider)) {
        this.#announce(
          "was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone.",
        );
        return;
      }
      this.#announced = "";
      primary.tasks.push(this.#around.start(primary.definition, provider));
    }
  }

  /** Of a deployment that is under way, also what is stopping counts. */
  #occupied(primary: Deployment): number {
    const others = this.#deployments.filter((deployment) => deployment !== primary);
    return primary.live.length + others.flatMap(({ tasks }) => tasks).length;
  }

  /** Old ones as far as enough others are well, and what is more than desired. */
  #stopSurplus(): void {
    const primary = this.#primary;
    const { desiredCount, deploymentMinimumHealthyPercent } = this.#settings;
    const least = Math.ceil((desiredCount * deploymentMinimumHealthyPercent) / 100);
    const old = this.#deployments.filter((deployment) => deployment !== primary).flatMap(({ live }) => live);
    let well = this.live.filter((task) => this.#isWell(task)).length;
    for (const task of old.toSorted(
      (one, other) => Number(this.#isWell(one)) - Number(this.#isWell(other)),
    )) {
      if (this.#isWell(task) && well <= least) break;
      if (this.#isWell(task)) well--;
      this.#end(task, `${SCALING} (deployment ${primary.id})`);
    }
    for (const task of primary.live.slice(desiredCount))
      this.#end(task, `${SCALING} (deployment ${primary.id})`);
  }

  #complete(): void {
    const primary = this.#primary;
    if (primary.rollout !== "IN_PROGRESS" || !this.#isSteady()) return;
    primary.enter("COMPLETED", `ECS deployment ${primary.id} completed.`);
    primary.failedTasks = 0;
    this.#deployments = this.#deployments.filter((one) => one === primary || one.tasks.length > 0);
    this.say(`(deployment ${primary.id}) deployment completed.`);
    this.say("has reached a steady state.");
  }

  /** All that is desired is well, and there is nothing else. */
  #isSteady(): boolean {
    const primary = this.#primary;
    const wanted = this.#settings.desiredCount;
    const all = this.#deployments.flatMap(({ tasks }) => tasks);
    return all.length === wanted && primary.live.filter((task) => this.#isWell(task)).length === wanted;
  }

  #isWell(task: Task): boolean {
    return task.isWell && this.#around.isServing(task);
  }

  #end(task: Task, reason: string): void {
    this.#track(task.stop("ServiceSchedulerInitiated", reason, () => this.#around.leave(task)));
  }

  #track(ending: Promise<void>): void {
    const tracked = ending.finally(() => this.#ending.delete(tracked));
    this.#ending.add(tracked);
  }

  #announce(message: string): void {
    if (this.#announced !== message) this.say(message);
    this.#announced = message;
  }

  async #changed(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    this.#waiting.add(resolve);
    try {
      await promise;
    } finally {
      this.#waiting.delete(resolve);
      signal.removeEventListener("abort", abort);
    }
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
