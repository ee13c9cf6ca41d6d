import type { Amount } from "../amount.ts";
import type { Entry } from "../catalogue/entry.ts";
import type { Estimate } from "../estimate.ts";

/** A month's bill, traceable: each line says what one of it costs, since when, and who says so. */
export interface Cost {
  readonly lines: readonly CostLine[];
  /** What there is to pay whatever is used. */
  readonly baseline: Amount;
  /** What comes on top by use. */
  readonly usage: Amount;
  readonly total: Amount;
}

export interface CostLine {
  /** Whose line it is: `fleet main`, `store`, `network`, `ai`, `people`. */
  readonly of: string;
  readonly what: string;
  readonly basis: "baseline" | "usage";
  /** Catalogue's id. */
  readonly price: string;
  readonly unitPrice: Amount;
  /** Such as `GB` or `100,000 commands`. */
  readonly unit: string;
  readonly quantity: Estimate;
  readonly amount: Amount;
  /**
   * Catalogue's id of the account whose fee it is paid from, as long as that lasts: what of `amount` the fee does not
   * cover is in the sums, once for all lines that it pays for.
   */
  readonly paidFrom?: string;
  /** What it was computed from. */
  readonly entries: readonly Entry[];
}

/** What a target costs: its hosts and store, the AI, and people, apart, since they are decided apart. */
export interface TargetCost {
  readonly hosting: Cost;
  readonly ai: Cost;
  readonly people: Cost;
  readonly total: Amount;
}
