import type { Network } from "./network.ts";

/**
 * What a bill counts and a plan does not say, in a month: how much of it there is follows from the usage.
 * `store-commands`: commands to Redis. `internet-gb`: sent to WhatsApp and the AI. `to-store-gb`, `from-store-gb`: what
 * all processes send to the store, and it to them. `log-gb`: printed by all processes. `process-memory-gb`: held by one
 * process on average, and `sessions-memory-gb` by all sessions on top of that. `process-vcpu`: computed by all processes on average. `store-memory-gb`, `store-vcpu`: the
 * store's own. GB are 10⁹ bytes.
 */
export type Meter =
  | "from-store-gb"
  | "internet-gb"
  | "log-gb"
  | "process-memory-gb"
  | "process-vcpu"
  | "sessions-memory-gb"
  | "store-commands"
  | "store-memory-gb"
  | "store-vcpu"
  | "to-store-gb";

/** How many of what is billed in a month. */
export type CostQuantity =
  /** As the plan says. */
  { readonly low: number; readonly high: number } | Metered;

interface Metered {
  /** Their sum. */
  readonly meters: readonly Meter[];
  readonly times?: number;
  /** The plan allows no more. */
  readonly atMost?: number;
  /** Catalogue's id of how much of it is not billed. */
  readonly beyond?: string;
}

/** A fee that is the account's, whatever is deployed: the plan needs this one at the least. */
export interface AccountFee {
  /** What catalogue ids of the account's plans begin with, such as `render/workspace`. */
  readonly account: string;
  readonly least: string;
}

/** A line of the bill in pure data: how many of what. What one of it costs is in the catalogue. */
export interface CostItem {
  readonly what: string;
  /** Catalogue's id. */
  readonly price: string | AccountFee;
  /** Catalogue's ids of ratios that it is multiplied by. */
  readonly factors?: readonly string[];
  readonly quantity: CostQuantity;
  /** The account's fee that it is paid from, as long as that lasts. */
  readonly paidFrom?: string;
}

/**
 * What leaves a host for the internet and is billed: all to WhatsApp and the AI, and to a store that is there too.
 * @param network over which the fleet reaches its store
 */
export function leavingOver(network: Network): readonly Meter[] {
  return network === "internet" ? ["internet-gb", "to-store-gb"] : ["internet-gb"];
}

/** Catalogue's ids of all that a line is computed from. */
export function catalogueIds({ price, factors = [], quantity }: CostItem): readonly string[] {
  const unit = typeof price === "string" ? price : `${price.account}/${price.least}`;
  const included = "meters" in quantity ? quantity.beyond : undefined;
  return [unit, ...factors, ...(included === undefined ? [] : [included])];
}

/** Hours of a month, as clouds count them: 365 × 24 / 12. */
export const MONTH_HOURS = 730;

export function exactly(count: number): CostQuantity {
  return { low: count, high: count };
}

/** Of what there is all month. */
export function allMonth(low: number, high: number = low): CostQuantity {
  return { low: low * MONTH_HOURS, high: high * MONTH_HOURS };
}
