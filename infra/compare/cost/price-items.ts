import type { AccountFee, CostItem, CostQuantity, Meter } from "../../cost-item.ts";
import { money, timesAmount, total, unknownAmount, type Amount } from "../amount.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import type { Entry } from "../catalogue/entry.ts";
import { beyond, known, mapped, product, sum, unknown, type Estimate } from "../estimate.ts";
import type { Cost, CostLine } from "./cost.ts";

export interface Pricing {
  readonly catalogue: Catalogue;
  /** ISO 8601: prices are those in force on it. */
  readonly day: string;
  readonly meters: Readonly<Record<Meter, Estimate>>;
  /** Plans that the accounts are on anyway, by what their ids begin with. */
  readonly accounts: Readonly<Record<string, string>>;
}

/** An item and whose it is. */
export interface OwnedItem {
  readonly of: string;
  readonly item: CostItem;
}

/** A month's bill of these items. An account's fee is in it once, whatever number of items asks for it. */
export function priceItems(items: readonly OwnedItem[], pricing: Pricing): Cost {
  const fees = feesOf(items, pricing);
  const lines = items.flatMap(({ of, item }): CostLine[] => {
    if (typeof item.price === "string") return [lineOf(of, item, item.price, pricing)];
    const { account } = item.price;
    const fee = fees.get(account);
    fees.delete(account);
    return fee === undefined ? [] : [lineOf(of, item, fee, pricing)];
  });
  return costOf(lines);
}

/** The sums of a bill. What a fee pays for is billed only where the fee does not suffice. */
export function costOf(lines: readonly CostLine[]): Cost {
  const baseline = total(lines.filter(({ basis }) => basis === "baseline").map(({ amount }) => amount));
  const used = lines.filter(({ basis }) => basis === "usage");
  const free = used.filter(({ paidFrom }) => paidFrom === undefined).map(({ amount }) => amount);
  const accounts = new Set(used.flatMap(({ paidFrom }) => paidFrom ?? []));
  const overFees = [...accounts].map((account) => {
    const paid = total(used.filter(({ paidFrom }) => paidFrom === account).map(({ amount }) => amount));
    const fee = lines.find(({ basis, price }) => basis === "baseline" && price.startsWith(`${account}/`));
    return fee === undefined ? paid : money(beyond(paid, fee.amount));
  });
  const usage = total([...free, ...overFees]);
  return { lines, baseline, usage, total: total([baseline, usage]) };
}

/** Of each account, the dearest that any item needs, or that the account is on anyway, by its id. */
function feesOf(items: readonly OwnedItem[], pricing: Pricing): Map<string, string> {
  const fees = new Map<string, string>();
  for (const { item } of items) {
    if (typeof item.price === "string") continue;
    const { account } = item.price;
    const before = fees.get(account);
    fees.set(
      account,
      dearest([...(before === undefined ? [] : [before]), ...needed(item.price, pricing)], pricing),
    );
  }
  return fees;
}

function needed({ account, least }: AccountFee, { accounts }: Pricing): string[] {
  const own = accounts[account];
  return [`${account}/${least}`, ...(own === undefined ? [] : [`${account}/${own}`])];
}

function dearest([first = "", ...others]: readonly string[], { catalogue, day }: Pricing): string {
  const highest = (id: string): number => catalogue.entry(id, day)?.value?.high ?? 0;
  return others.reduce((best, id) => (highest(id) > highest(best) ? id : best), first);
}

function lineOf(of: string, item: CostItem, price: string, pricing: Pricing): CostLine {
  const { catalogue, day } = pricing;
  const entry = catalogue.entry(price, day);
  const factors = (item.factors ?? []).map((id) => ({ id, entry: catalogue.entry(id, day) }));
  const included = "meters" in item.quantity ? item.quantity.beyond : undefined;
  const unitPrice = factors.reduce(
    (amount: Amount, factor) => timesAmount(amount, valueOf(factor.id, factor.entry, day)),
    priceOf(price, entry, day),
  );
  const quantity = quantityOf(item.quantity, pricing);
  const entries = [
    entry,
    ...factors.map((factor) => factor.entry),
    included === undefined ? undefined : catalogue.entry(included, day),
  ];
  return {
    of,
    what: item.what,
    basis: "meters" in item.quantity ? "usage" : "baseline",
    price,
    unitPrice,
    unit: entry?.unit ?? "unit",
    quantity,
    amount: timesAmount(unitPrice, quantity),
    ...(item.paidFrom === undefined ? {} : { paidFrom: item.paidFrom }),
    entries: entries.filter((each) => each !== undefined),
  };
}

function priceOf(id: string, entry: Entry | undefined, day: string): Amount {
  if (entry?.value === undefined || entry.value === null) return unknownAmount(missing(id, entry, day));
  if (entry.currency === undefined)
    throw new TypeError(`catalogue: expected a price in a currency for ${id}, got ${entry.unit}`);
  return money({ kind: "known", ...entry.value }, entry.currency);
}

/** @returns what the catalogue knows of a fact, such as a ratio */
function valueOf(id: string, entry: Entry | undefined, day: string): Estimate {
  if (entry?.value === undefined || entry.value === null) return unknown(missing(id, entry, day));
  return { kind: "known", ...entry.value };
}

function missing(id: string, entry: Entry | undefined, day: string): string {
  return entry === undefined ? `no price of ${id} on ${day}` : `price of ${id}: not known`;
}

function quantityOf(quantity: CostQuantity, pricing: Pricing): Estimate {
  if (!("meters" in quantity)) return known(quantity.low, quantity.high);
  const { meters, times = 1, atMost, beyond: included } = quantity;
  const counted = product(sum(meters.map((meter) => pricing.meters[meter])), known(times));
  const limited = atMost === undefined ? counted : mapped(counted, (value) => Math.min(value, atMost));
  return included === undefined
    ? limited
    : beyond(limited, valueOf(included, pricing.catalogue.entry(included, pricing.day), pricing.day));
}
