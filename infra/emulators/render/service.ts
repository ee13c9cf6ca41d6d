import { setTimeout as delay } from "node:timers/promises";
import { ImageNotFound, type Container, type Containers } from "../containers.ts";
import { Refusal } from "../emulator.ts";
import type { Route } from "../route.ts";
import { newId } from "./ids.ts";
import { startInstances, untilStarted, type Release } from "./instances.ts";
import { ServiceLog } from "./log.ts";

export interface Autoscaling {
  readonly enabled: boolean;
  readonly min: number;
  readonly max: number;
  readonly criteria: Readonly<Record<"cpu" | "memory", { enabled: boolean; percentage: number }>>;
}

/** What a service is set to; nothing of it reaches a process before it is deployed, but for how many there are. */
export interface ServiceSettings {
  readonly name: string;
  readonly type: string;
  readonly ownerId: string;
  readonly autoDeploy: string;
  readonly repo?: string;
  readonly image?: string;
  readonly registryCredential?: { readonly id: string; readonly name: string };
  readonly runtime: string;
  readonly region: string;
  readonly plan: string;
  readonly numInstances: number;
  readonly autoscaling?: Autoscaling;
  readonly maxShutdownDelaySeconds: number;
  readonly healthCheckPath: string;
  readonly disk?: {
    readonly id: string;
    readonly name: string;
    readonly sizeGB: number;
    readonly mountPath: string;
  };
}

export interface Deploy {
  readonly id: string;
  readonly trigger: string;
  readonly image: string;
  readonly createdAt: string;
  status: string;
  finishedAt?: string;
}

/** How long Render takes, in s. */
export interface Pace {
  /** From a new instance being live until the old one is told to stop. */
  readonly overlap: number;
  /** Until a new instance has to be healthy. */
  readonly health: number;
}

/** Of its instance types, in MB. */
const MEMORY_MB: Readonly<Record<string, number>> = {
  free: 512,
  starter: 512,
  standard: 2_048,
  pro: 4_096,
  pro_plus: 8_192,
  pro_max: 16_384,
  pro_ultra: 32_768,
};

/** A service that really runs: its instances are processes of this machine. */
export class EmulatedService {
  readonly id = newId("srv");
  readonly createdAt = new Date().toISOString();
  readonly log = new ServiceLog(this.id);
  readonly deploys: Deploy[] = [];
  readonly #containers: Containers;
  readonly #route: Route | undefined;
  readonly #pace: Pace;
  /** What a repository is built to. */
  readonly #built: string | undefined;
  settings: ServiceSettings;
  environment: Map<string, string>;
  updatedAt = this.createdAt;
  suspended = false;
  #running: Container[] = [];
  #release: Release | undefined;
  #attempt: { readonly stop: AbortController; readonly done: Promise<void> } | undefined;
  readonly #ending = new Set<Promise<void>>();

  constructor(
    settings: ServiceSettings,
    environment: Map<string, string>,
    parts: {
      readonly containers: Containers;
      readonly route: Route | undefined;
      readonly pace: Pace;
      readonly built: string | undefined;
    },
  ) {
    this.settings = settings;
    this.environment = environment;
    this.#containers = parts.containers;
    this.#route = parts.route;
    this.#pace = parts.pace;
    this.#built = parts.built;
  }

  get url(): string | undefined {
    return this.#route?.url;
  }

  /** Those that run, also while they end. */
  get instances(): readonly Container[] {
    return this.#containers.running.filter(({ spec }) => spec.name === this.#label);
  }

  change(settings: Partial<ServiceSettings>): void {
    this.settings = { ...this.settings, ...settings };
    this.updatedAt = new Date().toISOString();
  }

  /** Starts beside what runs; a deploy that is under way is canceled for it. */
  async deploy(trigger: string): Promise<Deploy> {
    await this.log.look();
    const deploy: Deploy = {
      id: newId("dep"),
      trigger,
      image: this.settings.image ?? this.#built ?? "",
      createdAt: this.log.moment(),
      status: "created",
    };
    const earlier = this.#attempt;
    earlier?.stop.abort();
    this.deploys.unshift(deploy);
    const stop = new AbortController();
    const done = (async () => {
      await earlier?.done;
      await this.#carryOut(deploy, stop.signal);
    })();
    this.#attempt = { stop, done };
    return deploy;
  }

  async cancel(deploy: Deploy): Promise<void> {
    if (deploy !== this.deploys[0] || deploy.finishedAt !== undefined)
      throw new Refusal(400, "deploy is not in progress");
    this.#attempt?.stop.abort();
    await this.#attempt?.done;
  }

  /** At once: nothing is deployed. */
  async scale(): Promise<void> {
    const release = this.#release;
    if (release === undefined) return;
    const missing = this.#wantedCount() - this.#running.length;
    if (missing > 0) this.#keep(await startInstances(this.#containers, release, missing));
    for (const container of this.#running.splice(this.#wantedCount())) this.#end(container);
  }

  suspend(): void {
    if (this.suspended) return;
    this.suspended = true;
    this.#attempt?.stop.abort();
    if (this.#route !== undefined) this.#route.target = undefined;
    for (const container of this.#running.splice(0)) this.#end(container);
    this.#release = undefined;
    for (const deploy of this.deploys.filter(({ status }) => status === "live"))
      deploy.status = "deactivated";
  }

  async resume(): Promise<void> {
    if (!this.suspended) throw new Refusal(400, "service is not suspended");
    this.suspended = false;
    await this.deploy("service_resumed");
  }

  /** Its processes have their grace. */
  async remove(): Promise<void> {
    this.suspend();
    await this.#attempt?.done;
    await this.#route?.close();
    await Promise.all(this.#ending);
  }

  async #carryOut(deploy: Deploy, signal: AbortSignal): Promise<void> {
    const failed = await this.#start(deploy, signal);
    deploy.finishedAt = new Date().toISOString();
    if (failed === undefined) return;
    await this.log.look();
    this.log.say(failed.why);
    deploy.status = failed.status;
  }

  /** @returns why it came to nothing; what ran before goes on then */
  async #start(
    deploy: Deploy,
    signal: AbortSignal,
  ): Promise<{ readonly status: string; readonly why: string } | undefined> {
    if (signal.aborted) return { status: "canceled", why: "Deploy canceled" };
    deploy.status = "build_in_progress";
    const release = this.#releaseOf(deploy);
    let started: Container[];
    try {
      started = await startInstances(this.#containers, release, this.#wantedCount());
    } catch (error) {
      if (error instanceof ImageNotFound) return { status: "build_failed", why: error.message };
      throw error;
    }
    for (const container of started) this.log.follow(container);
    deploy.status = "update_in_progress";
    const limits = { seconds: this.#pace.health, signal };
    const outcomes = await Promise.all(started.map((container) => untilStarted(container, release, limits)));
    const why = outcomes.find((outcome) => outcome !== undefined);
    if (why !== undefined || signal.aborted) {
      await Promise.all(started.map((container) => container.stop()));
      return signal.aborted
        ? { status: "canceled", why: "Deploy canceled" }
        : { status: "update_failed", why: why ?? "" };
    }
    this.#switchTo(deploy, release, started);
    return undefined;
  }

  #switchTo(deploy: Deploy, release: Release, started: Container[]): void {
    const before = this.#running;
    this.#release = release;
    this.#running = started;
    if (this.#route !== undefined) this.#route.target = started[0]?.port;
    for (const earlier of this.deploys.filter(({ status }) => status === "live"))
      earlier.status = "deactivated";
    deploy.status = "live";
    for (const container of before) this.#end(container, this.#pace.overlap);
  }

  #releaseOf({ image }: Deploy): Release {
    const { name, type, plan, healthCheckPath, maxShutdownDelaySeconds } = this.settings;
    return {
      service: this.#label,
      image,
      environment: {
        ...Object.fromEntries(this.environment),
        RENDER_SERVICE_NAME: name,
        RENDER_SERVICE_ID: this.id,
      },
      routed: type === "web_service",
      healthPath: healthCheckPath,
      graceSeconds: maxShutdownDelaySeconds,
      memoryMb: MEMORY_MB[plan] ?? 512,
    };
  }

  /** Nothing loads these processes: they stay at the least that autoscaling allows. */
  #wantedCount(): number {
    const { autoscaling, numInstances } = this.settings;
    return autoscaling?.enabled === true ? autoscaling.min : numInstances;
  }

  #keep(started: readonly Container[]): void {
    for (const container of started) this.log.follow(container);
    this.#running.push(...started);
  }

  #end(container: Container, afterSeconds = 0): void {
    const ending = (async () => {
      await delay(afterSeconds * 1_000);
      await container.stop();
    })().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  /** Unlike the name, nobody else's. */
  get #label(): string {
    return `${this.settings.name}-${this.id.slice(-6)}`;
  }
}
