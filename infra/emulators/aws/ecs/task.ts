import { setTimeout as delay } from "node:timers/promises";
import { ImageNotFound, type Container, type Containers } from "../../containers.ts";
import { hex } from "../account.ts";
import type { Pace } from "../pace.ts";
import { probe } from "./probe.ts";
import { NotStarted } from "./start.ts";
import type { TaskDefinition } from "./task-definition.ts";

export type Status = "PENDING" | "RUNNING" | "DEACTIVATING" | "STOPPING" | "STOPPED";
export type StopCode =
  | "TaskFailedToStart"
  | "EssentialContainerExited"
  | "ServiceSchedulerInitiated"
  | "SpotInterruption"
  | "UserInitiated";

export interface TaskParts {
  readonly containers: Containers;
  readonly pace: Pace;
  readonly definition: TaskDefinition;
  readonly capacityProvider: string;
  /** Of its process: people find it by that. */
  readonly name: string;
  /** What it is started with, when it is. @param task its id @throws NotStarted */
  readonly environment: (task: string) => Readonly<Record<string, string>>;
}

const KILLED = 128;
const SIGNALS: Readonly<Record<string, number>> = {
  SIGKILL: 9,
  SIGTERM: 15,
  SIGINT: 2,
  SIGABRT: 6,
  SIGSEGV: 11,
};

/** A task of ECS with its one container: a real process of this machine. It runs once. */
export class Task {
  readonly id = hex(32);
  readonly createdAt = new Date();
  readonly definition: TaskDefinition;
  readonly capacityProvider: string;
  status: Status = "PENDING";
  health: "UNKNOWN" | "HEALTHY" | "UNHEALTHY" = "UNKNOWN";
  startedAt: Date | undefined;
  stoppedAt: Date | undefined;
  stopCode: StopCode | undefined;
  stoppedReason: string | undefined;
  exitCode: number | undefined;
  container: Container | undefined;
  readonly #parts: TaskParts;
  readonly #over = new AbortController();
  readonly #running: Promise<void>;
  #stopping: Promise<void> | undefined;

  constructor(parts: TaskParts) {
    this.#parts = parts;
    this.definition = parts.definition;
    this.capacityProvider = parts.capacityProvider;
    this.#running = this.#run();
  }

  /** Whether it is wanted: neither has ended, nor is about to. */
  get isLive(): boolean {
    return this.status === "PENDING" || this.status === "RUNNING";
  }

  /** Whether it does what it is for, as far as its container says. */
  get isWell(): boolean {
    const { healthCheck } = this.definition.container;
    return this.status === "RUNNING" && (healthCheck === undefined || this.health === "HEALTHY");
  }

  /**
   * SIGTERM, stopTimeout, SIGKILL.
   * @param first what comes before the signal: a load balancer lets go of it
   */
  async stop(code: StopCode, reason: string, first: () => Promise<void> = async () => {}): Promise<void> {
    this.#stopping ??= (async () => {
      this.stopCode ??= code;
      this.stoppedReason ??= reason;
      this.status = "DEACTIVATING";
      await first();
      this.status = "STOPPING";
      this.#over.abort();
      await this.#running;
      await this.#end();
    })();
    await this.#stopping;
  }

  /** All that is done for it is done. */
  async settled(): Promise<void> {
    await this.#running;
    await this.#stopping;
  }

  async #run(): Promise<void> {
    const { definition, containers, name, environment, pace } = this.#parts;
    // It takes its time to be provisioned, also where it is to fail.
    await this.#pause(pace.look);
    if (this.#over.signal.aborted) return;
    try {
      const given = environment(this.id);
      const { container } = definition;
      this.container = await containers.start({
        name,
        image: container.image,
        environment: given,
        routed: "PORT" in given,
        stop: { signal: "SIGTERM", graceSeconds: container.stopTimeout },
        memoryMb: definition.memory,
        restarts: false,
      });
    } catch (error) {
      this.#failed(error);
      return;
    }
    if (this.status === "PENDING") this.status = "RUNNING";
    this.startedAt = new Date();
    void this.#watch(this.container);
    void this.#probe(this.container);
  }

  #failed(error: unknown): void {
    // A defect of the emulator: loud, so that no test takes it for a failure of AWS.
    if (!(error instanceof NotStarted || error instanceof ImageNotFound))
      process.stderr.write(`${(error as Error).stack}\n`);
    const message = (error as Error).message;
    this.stopCode ??= "TaskFailedToStart";
    this.stoppedReason ??=
      error instanceof ImageNotFound
        ? `CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref: ${message}`
        : message;
    this.#ended();
  }

  /** Until it ends, or is told to. */
  async #watch(container: Container): Promise<void> {
    while (!this.#over.signal.aborted) {
      const exit = await container.lastExit();
      if (exit !== undefined) {
        this.stopCode ??= "EssentialContainerExited";
        this.stoppedReason ??= "Essential container in task exited";
        this.#stopping ??= this.#end();
        return;
      }
      await this.#pause(this.#parts.pace.look);
    }
  }

  /** Health checks, one after the other. */
  async #probe(container: Container): Promise<void> {
    const { container: definition } = this.definition;
    const { healthCheck } = definition;
    if (healthCheck === undefined) return;
    const { look, patience } = this.#parts.pace;
    const began = performance.now();
    let failures = 0;
    while (!this.#over.signal.aborted) {
      const isWell = await probe(container, definition, this.#over.signal);
      if (this.#over.signal.aborted) return;
      const isStarting = performance.now() - began < Math.min(healthCheck.startPeriod, patience) * 1_000;
      failures = isWell || (isStarting && this.health === "UNKNOWN") ? 0 : failures + 1;
      if (isWell) this.health = "HEALTHY";
      else if (failures >= healthCheck.retries) this.health = "UNHEALTHY";
      const isNew = this.health === "UNKNOWN";
      await this.#pause(isNew ? look : Math.min(healthCheck.interval, patience));
    }
  }

  async #end(): Promise<void> {
    this.#over.abort();
    await this.container?.stop();
    const exit = await this.container?.lastExit();
    if (exit !== undefined) this.exitCode = exit.code ?? KILLED + (SIGNALS[exit.signal ?? ""] ?? 0);
    this.#ended();
  }

  #ended(): void {
    this.#over.abort();
    this.status = "STOPPED";
    this.stoppedAt ??= new Date();
  }

  async #pause(seconds: number): Promise<void> {
    await delay(seconds * 1_000, undefined, { signal: this.#over.signal }).catch(() => {});
  }
}
