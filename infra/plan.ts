import type { StackConfig } from "./config.ts";
import type { FleetPlan, Host } from "./host.ts";
import { hostNamed } from "./hosts.ts";
import type { Image } from "./image.ts";
import type { Store, StorePlan } from "./store.ts";
import { storeNamed } from "./stores.ts";
import type { Workload } from "./workload.ts";

/** All that would be deployed, in pure data and without a secret: what prices, previews and deployments start from. */
export interface StackPlan {
  readonly stack: string;
  readonly production: boolean;
  readonly image: string;
  readonly store: StorePlan;
  readonly fleets: readonly FleetPlan[];
}

/** A setting of the worker: as it is, or where the deployment finds it. */
export type PlannedValue = string | { readonly secret: string } | { readonly store: "url" };

/** The stack cannot be deployed as it is configured; the message has a sentence for each reason. */
export class PlanRefused extends Error {
  override readonly name = "PlanRefused";

  constructor(reasons: readonly string[]) {
    super(["this stack cannot be deployed:", ...reasons.map((reason) => `  ${reason}`)].join("\n"));
  }
}

/**
 * Decides what is deployed.
 * @throws PlanRefused with every reason at once
 */
export function planStack(
  config: StackConfig,
  parts: { readonly stack: string; readonly image: Image; readonly workload: Workload },
): StackPlan {
  const { stack, image, workload } = parts;
  const store = storeNamed(config.store.kind);
  const fleets = Object.entries(config.fleets).map(([name, fleet]) => ({
    name,
    fleet,
    host: hostNamed(fleet.host),
  }));
  const reasons = fleets.flatMap(({ name, host }) => [
    ...runnable(name, host, image),
    ...reachable(name, host, config.store.kind, store),
  ]);
  if (reasons.length > 0) throw new PlanRefused(reasons);
  return {
    stack,
    production: config.production,
    image: image.reference,
    store: store.plan({ stack, production: config.production, config: config.store }),
    fleets: fleets.map(({ name, fleet, host }) =>
      host.plan({
        stack,
        name,
        config: fleet,
        image: image.reference,
        environment: environmentOf(config, stack, name, workload),
        workload,
      }),
    ),
  };
}

function runnable(fleet: string, host: Host, image: Image): string[] {
  if (host.images.includes(image.kind)) return [];
  return [
    `image: expected ${host.images.map((kind) => IMAGE_KINDS[kind]).join(" or ")}, because fleet ${fleet} is on host ${host.name}, got ${image.reference}`,
  ];
}

const IMAGE_KINDS: Readonly<Record<Image["kind"], string>> = {
  bundle: "./worker or the digest of a bundle on this machine",
  registry: "an image in a registry, by digest",
};

function reachable(fleet: string, host: Host, kind: string, store: Store): string[] {
  if (host.reaches.some((network) => store.reachableFrom.includes(network))) return [];
  return [
    `fleets.${fleet}.host: expected a host that reaches store ${kind} (it is reachable from ${store.reachableFrom.join(", ")}), got ${host.name} (it reaches ${host.reaches.join(", ")})`,
  ];
}

function environmentOf(
  config: StackConfig,
  stack: string,
  fleet: string,
  workload: Workload,
): Readonly<Record<string, PlannedValue>> {
  const secrets = [...new Set([...workload.secrets, ...Object.keys(config.secrets)])];
  return {
    ...config.environment,
    ...Object.fromEntries(secrets.map((secret) => [secret, { secret }])),
    NODE_ENV: config.environment["NODE_ENV"] ?? (config.production ? "production" : "development"),
    OXY_NAMESPACE: stack,
    OXY_FLEET: fleet,
    REDIS_URL: { store: "url" },
  };
}
