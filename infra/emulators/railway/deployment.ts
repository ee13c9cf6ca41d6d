import { randomUUID } from "node:crypto";
import { Log } from "./log.ts";
import type { Running } from "./replicas.ts";
import type { Settings } from "./settings.ts";
import type { Variables } from "./variables.ts";

export type Status = "INITIALIZING" | "DEPLOYING" | "SUCCESS" | "FAILED" | "CRASHED" | "REMOVING" | "REMOVED";

/** One attempt to make a service run with the settings that it had then. */
export class Deployment {
  readonly id: string = randomUUID();
  readonly createdAt = new Date().toISOString();
  readonly settings: Settings;
  /** As they were, with references. */
  readonly variables: Variables;
  /** What its processes print. */
  readonly printed = new Log();
  /** What Railway says about it. */
  readonly told = new Log();
  status: Status = "INITIALIZING";
  deploymentStopped = false;
  #running: Running | undefined;
  #stopping: Promise<void> | undefined;

  constructor(settings: Settings, variables: Variables) {
    this.settings = settings;
    this.variables = variables;
  }

  get running(): Running | undefined {
    return this.#running;
  }

  get isUnderWay(): boolean {
    return this.status === "INITIALIZING" || this.status === "DEPLOYING";
  }

  get isActive(): boolean {
    return this.status === "SUCCESS" && !this.deploymentStopped;
  }

  runs(running: Running): void {
    this.#running = running;
  }

  /** Once; with the time that it was deployed with. */
  async stop(): Promise<void> {
    this.#stopping ??= (async () => {
      await this.#running?.stop();
      await this.read();
      this.deploymentStopped = true;
    })();
    await this.#stopping;
  }

  async read(): Promise<void> {
    await this.#running?.readInto(this.printed);
  }
}
