import type { FleetConfig, StackConfig } from "./config.ts";
import type { Circumstances, FleetPlan, Host } from "./host.ts";
import { hosts } from "./hosts.ts";
import type { Image } from "./image.ts";
import { commonNetwork, OPERATOR, type Network, type NetworkPlan } from "./network.ts";
import type { Store, StorePlan } from "./store.ts";
import { stores } from "./stores.ts";
import { DEPLOYMENT_SECRETS, type PLANNED_SETTINGS, type PlannedValue, type Workload } from "./workload.ts";

/** All that would be deployed, in pure data and without a secret: what prices, previews and deployments start from. */
export interface StackPlan {
  readonly stack: string;
  readonly production: boolean;
  readonly image: string;
  /** Of the stack's own. */
  readonly networks: readonly NetworkPlan[];
  readonly store: StorePlan;
  readonly fleets: readonly FleetPlan[];
  readonly operator: OperatorAccess;
}

/**
 * How an operator's commands reach the workers: through the store, or through a process that serves on the internet; or
 * not at all, where the one fleet gets by without them.
 */
export type OperatorAccess =
  | { readonly through: "store"; readonly network: Network }
  | { readonly through: "admin"; readonly fleet: string; readonly process: string }
  | { readonly through: "nothing"; readonly why: string };

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
  const from = store.reachableFrom(config.store);
  const fleets = Object.entries(config.fleets).map(([name, fleet]) =>
    fleetParts(name, fleet, known(registry.hosts, fleet.host), workload),
  );
  const { production } = config;
  const circumstances = { stack, production, image, secrets: Object.keys(config.secrets) };
  const reasons = [
    ...nameable(stack, workload),
    ...fleets.flatMap((fleet) => [
      ...runnable(fleet, image),
      ...reachable(fleet, store, from),
      ...stoppable(fleet, workload),
      ...refusalsOf(fleet, circumstances).map((reason) => `fleets.${fleet.name}.${reason}`),
    ]),
    ...(store.refusals?.(config.store, production, stack) ?? []).map((reason) => `store.${reason}`),
    ...suppliable(store, config),
  ];
  if (reasons.length > 0) throw new PlanRefused(reasons);
  const networks = networksOf(fleets, { stack, production });
  const plans = fleets.map(({ host, ...fleet }) =>
    host.plan({
      ...fleet,
      stack,
      image: image.reference,
      network: commonNetwork(host.reaches(fleet.config), from) ?? "internet",
      ...withinAny(networks, host.reaches(fleet.config)),
      production,
      environment: settingsOf(config, image, stack, fleet),
      workload,
    }),
  );
  return {
    stack,
    production,
    image: image.reference,
    networks,
    store: store.plan({ stack, production, config: config.store, ...withinAny(networks, from) }),
    fleets: plans,
    operator: operatorAccess(store, from, plans, { config, hosts: fleets.map(({ host }) => host) }),
  };
}

/** @throws PlanRefused when there is no way */
function operatorAccess(
  store: Store,
  from: readonly Network[],
  fleets: readonly FleetPlan[],
  { config: { secrets }, hosts: theirs }: { readonly config: StackConfig; readonly hosts: readonly Host[] },
): OperatorAccess {
  const network = commonNetwork(OPERATOR, from);
  if (network !== undefined) return { through: "store", network };
  const [open] = fleets.flatMap(({ name: fleet, processes }) =>
    processes
      .filter(({ role, isPublic }) => isPublic && role !== "worker")
      .map(({ name: process }) => ({ through: "admin" as const, fleet, process })),
  );
  const why = `because store ${store.kind} is reachable only from ${from.join(", ")}`;
  if (open === undefined && theirs.length === 1 && theirs[0]?.awaitsReady === true)
    return { through: "nothing", why };
  if (open === undefined)
    throw new PlanRefused([`fleets: expected a process that serves the admin API on the internet, ${why}`]);
  if (secrets["OXY_ADMIN_TOKEN"] === undefined)
    throw new PlanRefused([
      `secrets.OXY_ADMIN_TOKEN: expected a token for the admin API (oxy up makes one), ${why}`,
    ]);
  return open;
}

function refusalsOf(
  { name, host, config }: FleetParts,
  stack: Omit<Circumstances, "name">,
): readonly string[] {
  return host.refusals?.(config, { ...stack, name }) ?? [];
}

/** What the store is made with. */
function suppliable({ kind, secrets = [] }: Store, config: StackConfig): string[] {
  return secrets
    .filter((name) => config.secrets[name] === undefined)
    .map(
      (name) =>
        `secrets.${name}: expected ${DEPLOYMENT_SECRETS[name]} (oxy up makes one), because the store is ${kind}`,
    );
}

/**
 * One of each name: fleets of a region are in the same one.
 * @throws PlanRefused when they want it otherwise than each other
 */
function networksOf(
  fleets: readonly FleetParts[],
  stack: { readonly stack: string; readonly production: boolean },
): readonly NetworkPlan[] {
  const networks = new Map<string, { readonly plan: NetworkPlan; readonly fleet: string }>();
  for (const { name: fleet, host, config } of fleets) {
    const plan = host.network?.({ ...stack, config });
    if (plan === undefined) continue;
    const other = networks.get(plan.name);
    networks.set(plan.name, other ?? { plan, fleet });
    if (other !== undefined && JSON.stringify(other.plan) !== JSON.stringify(plan))
      throw new PlanRefused([
        `fleets.${fleet}: expected the network that fleet ${other.fleet} has, because both are in ${plan.name}, got another`,
      ]);
  }
  return [...networks.values()].map(({ plan }) => plan);
}

function withinAny(networks: readonly NetworkPlan[], names: readonly Network[]): { within?: NetworkPlan } {
  const within = networks.find(({ name }) => names.includes(name));
  return within === undefined ? {} : { within };
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

function runnable({ name, host, config }: FleetParts, image: Image): string[] {
  // It is not deployed yet where everything is kept as it is found.
  if (config.hold === true || host.images.includes(image.kind)) return [];
  const runs = host.images.map((kind) => IMAGE_KINDS[kind]).join(" or ");
  const hint =
    image.kind === "bundle" ? "; npm run image builds one to push, --offline rehearses without" : "";
  return [
    `image: expected ${runs}, because fleet ${name} is on host ${host.name}, got ${image.reference}${hint}`,
  ];
}

const IMAGE_KINDS: Readonly<Record<Image["kind"], string>> = {
  bundle: "./worker or the digest of a bundle on this machine",
  registry: "an image in a registry, by digest",
};

function reachable({ name, host, config }: FleetParts, store: Store, from: readonly Network[]): string[] {
  const reaches = host.reaches(config);
  if (commonNetwork(reaches, from) !== undefined) return [];
  return [
    `fleets.${name}.host: expected a host that reaches store ${store.kind} (it is reachable from ` +
      `${from.join(", ")}), got ${host.name} (it reaches ${reaches.join(", ")})`,
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
  image: Image,
  stack: string,
  fleet: Pick<FleetParts, "name" | "config" | "drainSeconds">,
): Readonly<Record<string, PlannedValue>> {
  const secrets = Object.keys(config.secrets)
    .filter((secret) => !(secret in DEPLOYMENT_SECRETS))
    .map((secret) => [secret, { secret }] as const);
  return {
    NODE_ENV: config.production ? "production" : "development",
    ...config.environment,
    ...Object.fromEntries(secrets),
    ...({
      REDIS_URL: { store: "url" },
      OXY_FLEET: fleet.name,
      OXY_PLACE: placeOf(fleet.config),
      OXY_IMAGE: image.reference,
      OXY_NAMESPACE: stack,
      DRAIN_SECONDS: `${fleet.drainSeconds}`,
    } satisfies Partial<Record<keyof typeof PLANNED_SETTINGS, PlannedValue>>),
  };
}

/** Where a fleet runs, as its processes say it in the store: what a switch waits for. */
export function placeOf({ host, region }: Pick<FleetConfig, "host" | "region">): string {
  return `${host}/${region}`;
}

/** @throws Error when there is none: the configuration admits only those that are */
function known<Kind>(kinds: Readonly<Record<string, Kind>>, name: string): Kind {
  const kind = kinds[name];
  if (kind === undefined) throw new Error(`there is nothing named ${name}`);
  return kind;
}
