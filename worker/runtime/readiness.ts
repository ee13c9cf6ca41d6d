import type { Config } from "../config.ts";

/** What a process that joined the others on the store says of itself. */
export interface Standing {
  readonly slot: number;
  readonly process: string;
  readonly shards: number;
  /** Holds none: others own them all, it has only just joined, or Redis is away for longer than a lease. */
  readonly waiting: boolean;
}

/** The answer of `GET /health/ready`. */
export type ReadinessReport =
  | { readonly status: "starting" | "draining" }
  | ({ readonly status: "ready"; readonly role: string; readonly fleet: string } & Partial<Standing>);

/**
 * Whether a host may count on this process. It may from the moment it joined until it is told to stop: what comes and
 * goes meanwhile, Redis and WhatsApp, is no reason to replace the process, and so no part of it.
 */
export class Readiness {
  readonly #config: Pick<Config, "role" | "fleet">;
  #standing: () => Partial<Standing> | undefined = () => undefined;
  #draining = false;

  constructor(config: Pick<Config, "role" | "fleet">) {
    this.#config = config;
  }

  get report(): ReadinessReport {
    if (this.#draining) return { status: "draining" };
    const standing = this.#standing();
    if (standing === undefined) return { status: "starting" };
    const { role, fleet } = this.#config;
    return { status: "ready", role, fleet, ...standing };
  }

  /** @param standing asked for anew by every report; undefined before the store accepted the process */
  started(standing: () => Partial<Standing> | undefined): void {
    this.#standing = standing;
  }

  draining(): void {
    this.#draining = true;
  }
}
