import { fleetFields, storeFields, type FleetConfig, type StoreConfig } from "../../config.ts";
import { hosts } from "../../hosts.ts";
import { commonNetwork, type Network } from "../../network.ts";
import { docOf } from "../../stack-config/field.ts";
import { Problems } from "../../stack-config/problems.ts";
import { readChosen } from "../../stack-config/section.ts";
import { stores } from "../../stores.ts";
import type { Host } from "../../host.ts";
import type { Store } from "../../store.ts";
import { OptionRefused } from "../option-refused.ts";
import type { StoreSpec, TargetSpec } from "./spec.ts";

/** Whether a store's region and a host's are one place, by name of store and host. */
export type SamePlace = (
  store: { kind: string; region: string },
  fleet: { host: string; region: string },
) => boolean;

/**
 * The store that one would put beside a fleet: one over a network of its own, otherwise one over the internet, in the
 * fleet's place where it can be.
 * @throws OptionRefused when what the fleet says does not fit together, or no store is within its reach
 */
export function storeFor({ fleet }: TargetSpec, samePlace: SamePlace): StoreSpec {
  const best = bestOf(fleet, Object.values(stores), samePlace);
  if (best === undefined)
    throw new OptionRefused(`--targets: expected a host that reaches a store, got ${fleet.host}`);
  return best;
}

/** A store that does not say where it is, is in the fleet's place where it can be. @throws OptionRefused as above */
export function storeBeside({ fleet }: TargetSpec, store: StoreSpec, samePlace: SamePlace): StoreSpec {
  if (store["region"] !== undefined) return store;
  const kind: Store = stores[store.kind as keyof typeof stores];
  return { ...bestOf(fleet, [kind], samePlace), ...store };
}

function bestOf(
  fleet: TargetSpec["fleet"],
  kinds: readonly Store[],
  samePlace: SamePlace,
): StoreSpec | undefined {
  const config = fleetConfig(fleet);
  const host: Host = hosts[config.host as keyof typeof hosts];
  const reaches = host.reaches(config);
  const within = kinds.flatMap((store) =>
    variants(store).flatMap((variant) => {
      const network = commonNetwork(reaches, store.reachableFrom(variant.config));
      return network === undefined
        ? []
        : [{ ...variant, order: orderOf(network, variant, config, samePlace) }];
    }),
  );
  return within.toSorted((one, other) => one.order - other.order)[0]?.spec;
}

/** A network of their own weighs more than the place, because it is one only in their place. */
function orderOf(
  network: Network,
  { spec }: Variant,
  { host, region }: FleetConfig,
  samePlace: SamePlace,
): number {
  const here = spec["region"];
  const isNear =
    typeof here !== "string" ||
    here === region ||
    samePlace({ kind: spec.kind, region: here }, { host, region });
  return (network === "internet" ? 2 : 0) + (isNear ? 0 : 1);
}

interface Variant {
  readonly spec: StoreSpec;
  readonly config: StoreConfig;
}

/** One for each region that it may be in, the default one first; the one that there is, where it names none. */
function variants(store: Store): readonly Variant[] {
  const region = (store.config.shape as Readonly<Record<string, Parameters<typeof docOf>[0]>>)["region"];
  const { choices = [], default: usual } = region === undefined ? {} : docOf(region);
  const regions = usual === undefined ? choices : [usual, ...choices.filter((one) => one !== usual)];
  const specs: StoreSpec[] =
    regions.length === 0 ? [{ kind: store.kind }] : regions.map((one) => ({ kind: store.kind, region: one }));
  return specs.flatMap((spec) => {
    const config = readChosen(storeFields(stores), spec, ["store"], new Problems([])) as
      | StoreConfig
      | undefined;
    return config === undefined ? [] : [{ spec, config }];
  });
}

/** @throws OptionRefused */
function fleetConfig(fleet: TargetSpec["fleet"]): FleetConfig {
  const problems = new Problems([]);
  const config = readChosen(fleetFields(hosts), fleet, ["targets"], problems) as FleetConfig | undefined;
  if (config === undefined) throw new OptionRefused(problems.sentences.join("\n"));
  return config;
}
