import type { z } from "zod";
import type { FleetConfig } from "./config.ts";
import type { CostItem } from "./cost-item.ts";
import type { ApiStanding } from "./api/api.ts";
import type { Image } from "./image.ts";
import type { Effected, FleetChange } from "./interruption.ts";
import type { Network, NetworkPlan } from "./network.ts";
import type { FleetDeployment, StackResources } from "./stack-resources.ts";
import type { PlannedValue, Role, Workload } from "./workload.ts";

/** What a host is asked to run. */
export interface FleetRequest<Config extends FleetConfig = FleetConfig> {
  readonly stack: string;
  /** Of the fleet. */
  readonly name: string;
  readonly config: Config;
  /** By digest. */
  readonly image: string;
  /** Over which it reaches the store. */
  readonly network: Network;
  /** The network of the stack's own that it is put into: as its host's `network` planned it. */
  readonly within?: NetworkPlan;
  readonly production: boolean;
  readonly drainSeconds: number;
  readonly graceSeconds: number;
  /** Of each process; its host adds OXY_ROLE. */
  readonly environment: Readonly<Record<string, PlannedValue>>;
  readonly workload: Workload;
}

/** What a fleet's configuration is judged in. */
export interface Circumstances {
  readonly stack: string;
  /** Name of the fleet. */
  readonly name: string;
  readonly production: boolean;
  readonly image: Image;
  /** Names of the stack's secrets. */
  readonly secrets: readonly string[];
}

/** What every plan says of a process, whatever its host. */
export interface ProcessPlan {
  /** Unique in the fleet. */
  readonly name: string;
  readonly role: Role;
  readonly environment: Readonly<Record<string, PlannedValue>>;
  /** Whether an operator reaches its HTTP server, wherever they are. */
  readonly isPublic: boolean;
  /** How many of it there are, at the least and at the most. */
  readonly copies: Copies;
}

export interface Copies {
  readonly least: number;
  readonly most: number;
}

/** What every plan of a fleet says, whatever its host; the host's own plan adds its graph. */
export interface FleetPlan {
  readonly name: string;
  readonly host: string;
  readonly region: string;
  readonly size: string;
  /** Percentage of the shards. */
  readonly share: number;
  readonly image: string;
  /** Over which it reaches the store. */
  readonly network: Network;
  /** DRAIN_SECONDS of its processes. */
  readonly drainSeconds: number;
  /** From the stop signal until the host kills, in s. */
  readonly graceSeconds: number;
  /** Its processes exist, and are kept as they are found: nothing of the plan is carried out yet. */
  readonly held?: true;
  readonly processes: readonly ProcessPlan[];
}

/** A line that a process of a fleet printed. */
export interface PrintedLine {
  /** Which of the fleet's processes. */
  readonly process: string;
  readonly text: string;
}

/** What runs for a fleet now. */
export interface ProcessStatus {
  readonly name: string;
  /** `running`, or what is wrong. */
  readonly condition: string;
  readonly image: string;
  /** Since when it runs, ISO 8601. */
  readonly since?: string;
  readonly restarts?: number;
  readonly urls?: Readonly<Record<string, string>>;
}

/** What an operator asks a host about a deployed fleet. */
export interface Operations<Plan extends FleetPlan = FleetPlan> {
  status(plan: Plan, stack: string): Promise<readonly ProcessStatus[]>;
  /** The last `lines` of each process, then, with `follow`, what comes, until the signal. */
  logs(
    plan: Plan,
    stack: string,
    options: { readonly lines: number; readonly follow: boolean; readonly signal: AbortSignal },
  ): AsyncIterable<PrintedLine>;
}

/**
 * A kind of place where the image runs. `plan` decides in pure data; `deployment` maps that plan to resources.
 * One folder `hosts/<name>` and one line in `hosts.ts`.
 */
export interface Host<Config extends FleetConfig = FleetConfig, Plan extends FleetPlan = FleetPlan> {
  readonly name: string;
  /** Schema of a fleet's configuration on it. */
  readonly config: z.ZodObject;
  readonly images: readonly Image["kind"][];
  /** The best first. */
  reaches(config: Config): readonly Network[];
  /** The longest time it leaves a process between the stop signal and the kill, in s. */
  readonly maxGraceSeconds: number;
  /** What of a fleet's configuration cannot work together, each `field: expected …, got …`. */
  refusals?(config: Config, circumstances: Circumstances): readonly string[];
  /** The network of the stack's own that a fleet is put into, where its host needs one. */
  network?(request: {
    readonly stack: string;
    readonly production: boolean;
    readonly config: Config;
  }): NetworkPlan;
  /** Its deployment itself waits until the processes are ready, and takes back what never is. */
  readonly awaitsReady?: true;
  /** What the host itself would refuse, each a sentence: asked at every preview, before anything is made. */
  preflight?(): Promise<{ readonly preflight: (plan: Plan) => Promise<readonly string[]> }>;
  /** The API that it is deployed through, and the description of it that our requests are checked against. */
  readonly api?: ApiStanding;
  /** What one would expect of a host and this one cannot do, with the reason. */
  readonly cannot: readonly string[];
  /** A fleet's configuration in a rehearsal, which is in nobody's account; as it is unless told. */
  rehearsed?(config: Config): Config;
  plan(request: FleetRequest<Config>): Plan;
  /** What its bill for that plan consists of. */
  price(plan: Plan): readonly CostItem[];
  /**
   * What an update in place does to a process, or a change of any kind to what else a fleet has there; undefined where
   * nobody knows. Processes that come and go do it alike on every host.
   */
  interrupts?(change: FleetChange<Plan>): Effected | undefined;
  /** Apart, so that a stack loads the SDKs of its own hosts only. */
  deployment(): Promise<{ deployFleet(plan: Plan, resources: StackResources): FleetDeployment }>;
  operations(): Promise<{ readonly operations: Operations<Plan> }>;
}

/** Forgets what a host's own plan looks like: it is only ever given back to that host. */
export function defineHost<Config extends FleetConfig, Plan extends FleetPlan>(
  host: Host<Config, Plan>,
): Host {
  return host as unknown as Host;
}
