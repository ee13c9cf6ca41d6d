import type { FleetConfig, StoreConfig } from "../../config.ts";
import type { Host } from "../../host.ts";
import { commonNetwork } from "../../network.ts";
import type { Registry } from "../../plan.ts";
import type { Store } from "../../store.ts";

/** What is tried out against the real API: a host on a store that it reaches, each as small as its defaults. */
export interface LiveTarget {
  readonly host: Host;
  readonly store: Store;
  /** Of the fleet, in the stack's config. */
  readonly fleet: Fields;
  /** Of the store, in the stack's config. */
  readonly storeFields: Fields;
  /** How long it may take, in minutes: of a store that takes its time, most of that is waiting. */
  readonly minutes: number;
}

const MINUTES = 20;
/**
 * A small cache was made and deleted in 7 minutes (hashicorp/terraform#8275, 2016), and Terraform's provider waits up to
 * 60 for a replication group (terraform-provider-aws#4093, 2018): nobody else says how long ElastiCache takes.
 */
const MINUTES_WITH: Readonly<Record<string, number>> = { elasticache: 60 };

type Fields = Readonly<Record<string, unknown>>;

/** What somebody wants to be otherwise than by default. */
export interface Wishes {
  readonly fleet?: Fields;
  readonly store?: Fields;
}

/** There is nothing to try out under that name; the message says what there is. */
export class NoTarget extends Error {
  override readonly name = "NoTarget";
}

/** Names of what can be tried out: hosts, then stores that are no host's name. */
export function targetNames({ hosts, stores }: Registry): readonly string[] {
  return [...new Set([...Object.keys(hosts), ...Object.keys(stores)])];
}

/**
 * A host with a store that it reaches, or a store under a host that reaches it; best of the same provider.
 * @throws NoTarget
 */
export function targetNamed(name: string, wishes: Wishes, registry: Registry): LiveTarget {
  const host = registry.hosts[name];
  const kind = wishes.store?.["kind"];
  const store = host === undefined ? registry.stores[name] : registry.stores[String(kind)];
  if (host === undefined && store === undefined) {
    const names = targetNames(registry).join(", ");
    throw new NoTarget(`expected the name of a host or a store (${names}), got ${name}`);
  }
  const all = candidates(
    host === undefined ? Object.values(registry.hosts) : [host],
    store === undefined ? Object.values(registry.stores) : [store],
    wishes,
  );
  const found = all.find(isOfOneProvider) ?? all[0];
  if (found !== undefined) return found;
  const what = host === undefined ? "a host that reaches it" : "a store that it reaches";
  throw new NoTarget(`expected ${what} for ${name}, got none (--fleet and --store may say more)`);
}

function candidates(hosts: readonly Host[], stores: readonly Store[], wishes: Wishes): LiveTarget[] {
  const pairs = hosts.flatMap((host) => stores.map((store) => ({ host, store })));
  return pairs
    .map(({ host, store }) => ({
      host,
      store,
      fleet: { ...wishes.fleet, host: host.name },
      storeFields: { ...wishes.store, kind: store.kind },
      minutes: MINUTES_WITH[store.kind] ?? MINUTES,
    }))
    .filter(canConnect);
}

function canConnect({ host, store, fleet, storeFields }: LiveTarget): boolean {
  const { host: _name, ...ofFleet } = fleet;
  const { kind: _kind, ...ofStore } = storeFields;
  const one = host.config.safeParse(ofFleet);
  const other = store.config.safeParse(ofStore);
  // What is wrong with a wish, the deployment says.
  if (!one.success || !other.success) return true;
  const reaches = host.reaches({ ...one.data, ...fleet } as unknown as FleetConfig);
  const from = store.reachableFrom({ ...other.data, ...storeFields } as unknown as StoreConfig);
  return commonNetwork(reaches, from) !== undefined;
}

function isOfOneProvider({ host, store }: LiveTarget): boolean {
  return host.api?.title === store.api?.title;
}
