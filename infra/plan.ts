import type { FleetConfig, StackConfig } from "./config.ts";
import type { FleetPlan, Host } from "./host.ts";
import { hosts } from "./hosts.ts";
import type { Image } from "./image.ts";
import type { Store, StorePlan } from "./store.ts";
import { stores } from "./stores.ts";
import type { PLANNED_SETTINGS, PlannedValue, Workload } from "./workload.ts";

/** All that would be deployed, in pure data and without a secret: what prices, previews and deployments start from. */
export interface StackPlan {
  readonly stack: string;
  readonly production: boolean;
  readonly image: string;
  readonly store: StorePlan;
  readonly fleets: readonly FleetPlan[];
}

/** The stack cannot be deployed as it is configured; the message has a sentence for each reason. */
export class PlanRefused extends Error {
  override readonly name = "PlanRefused";
  readonly reasons: readonly string[];

  constructor(reasons: readonly string[]) {
    super(["this stack cannot be deployed:", ...reasons.map((reason) => `  ${reason}`)].join("\n"));
    this.reasons = reasons;
  }
}

/** What a plan is made of, besides the stack's config. */
export interface PlanParts {
  readonly stack: string;
  readonly image: Image;
  readonly workload: Workload;
}

/** The hosts and stores that a stack may name. */
export interface Registry {
  readonly hosts: Readonly<Record<string, Host>>;
  readonly stores: Readonly<Record<string, Store>>;
}

/**
 * Decides what is deployed.
 * @throws PlanRefused with every reason at once
 */
export function planStack(
  config: StackConfig,
  { stack, image, workload }: PlanParts,
  registry: Registry = { hosts, stores },
): StackPlan {
  const store = known(registry.stores, config.store.kind);
  const fleets = Object.entries(config.fleets).map(([name, fleet]) =>
    fleetParts(name, fleet, known(registry.hosts, fleet.host), workload),
  );
  const reasons = [
    ...nameable(stack, workload),
    ...fleets.flatMap((fleet) => [
      ...runnable(fleet, image),
      ...reachable(fleet, store, config),
      ...stoppable(fleet, workload),
    ]),
  ];
  if (reasons.length > 0) throw new PlanRefused(reasons);
  return {
    stack,
    production: config.production,
    image: image.reference,
    store: store.plan({ stack, production: config.production, config: config.store }),
    fleets: fleets.map(({ host, ...fleet }) =>
      host.plan({
        ...fleet,
        stack,
        image: image.reference,
        environment: settingsOf(config, stack, fleet),
        workload,
      }),
    ),
  };
}

interface FleetParts {
  readonly name: string;
  readonly config: FleetConfig;
  readonly host: Host;
  readonly drainSeconds: number;
  readonly graceSeconds: number;
}

/** Its processes drain for as long as the workload takes, or as the host leaves them. */
function fleetParts(
  name: string,
  config: FleetConfig,
  host: Host,
  { drainSeconds, drainMarginSeconds }: Workload,
): FleetParts {
  const graceSeconds = Math.min(drainSeconds + drainMarginSeconds, host.maxGraceSeconds);
  return { name, config, host, drainSeconds: graceSeconds - drainMarginSeconds, graceSeconds };
}

/** The name is also that of the deployment on its store. */
function nameable(stack: string, { namespace }: Workload): string[] {
  if (namespace.pattern.test(stack)) return [];
  return [`stack: expected a name of ${namespace.expected}, got ${stack}`];
}

function runnable({ name, host }: FleetParts, image: Image): string[] {
  if (host.images.includes(image.kind)) return [];
  const runs = host.images.map((kind) => IMAGE_KINDS[kind]).join(" or ");
  return [`image: expected ${runs}, because fleet ${name} is on host ${host.name}, got ${image.reference}`];
}

const IMAGE_KINDS: Readonly<Record<Image["kind"], string>> = {
  bundle: "./worker or the digest of a bundle on this machine",
  registry: "an image in a registry, by digest",
};

function reachable(fleet: FleetParts, store: Store, config: StackConfig): string[] {
  const reaches = fleet.host.reaches(fleet.config);
  const from = store.reachableFrom(config.store);
  if (reaches.some((network) => from.includes(network))) return [];
  return [
    `fleets.${fleet.name}.host: expected a host that reaches store ${store.kind} (it is reachable from ` +
      `${from.join(", ")}), got ${fleet.host.name} (it reaches ${reaches.join(", ")})`,
  ];
}

/** A process needs a moment to hand over, beyond the margin. */
function stoppable({ name, host, drainSeconds }: FleetParts, { drainMarginSeconds }: Workload): string[] {
  if (drainSeconds >= 1) return [];
  return [
    `fleets.${name}.host: expected a host that leaves a process more than ${drainMarginSeconds} s to stop, ` +
      `got ${host.name} (it leaves ${host.maxGraceSeconds} s)`,
  ];
}

/** What the stack says, and on top of it what only the deployment may. */
function settingsOf(
  config: StackConfig,
  stack: string,
  fleet: Pick<FleetParts, "name" | "drainSeconds">,
): Readonly<Record<string, PlannedValue>> {
  const secrets = Object.keys(config.secrets).map((secret) => [secret, { secret }] as const);
  return {
    NODE_ENV: config.production ? "production" : "development",
    ...config.environment,
    ...Object.fromEntries(secrets),
    ...({
      REDIS_URL: { store: "url" },
      OXY_FLEET: fleet.name,
      OXY_NAMESPACE: stack,
      DRAIN_SECONDS: `${fleet.drainSeconds}`,
    } satisfies Partial<Record<keyof typeof PLANNED_SETTINGS, PlannedValue>>),
  };
}

/** @throws Error when there is none: the configuration admits only those that are */
function known<Kind>(kinds: Readonly<Record<string, Kind>>, name: string): Kind {
  const kind = kinds[name];
  if (kind === undefined) throw new Error(`there is nothing named ${name}`);
  return kind;
}
