import { product, sum, unknown, type Estimate } from "./estimate.ts";

export type Currency = "USD" | "BRL";

/** Money: known between two ends, or unknown and at least so much. */
export type Amount = Estimate & { readonly currency: Currency };

export function money(estimate: Estimate, currency: Currency = "USD"): Amount {
  return { ...estimate, currency };
}

export function unknownAmount(because: string, currency: Currency = "USD"): Amount {
  return money(unknown(because), currency);
}

/**
 * Unknown if any of them is.
 * @throws TypeError for amounts of another currency
 */
export function total(amounts: readonly Amount[], currency: Currency = "USD"): Amount {
  const stranger = amounts.find((amount) => amount.currency !== currency);
  if (stranger !== undefined)
    throw new TypeError(`expected amounts in ${currency}, got one in ${stranger.currency}`);
  return money(sum(amounts), currency);
}

export function timesAmount(amount: Amount, quantity: Estimate): Amount {
  return money(product(amount, quantity), amount.currency);
}

/** What one unit of a currency is in another, on a day, and what is added on top when it is paid. */
export interface ExchangeRate {
  readonly from: Currency;
  readonly to: Currency;
  readonly rate: number;
  /** ISO 8601. */
  readonly day: string;
  /** Such as IOF, by name, as a share of the amount. */
  readonly taxes: Readonly<Record<string, number>>;
}

/** @throws TypeError for an amount of another currency than the rate converts from */
export function converted(amount: Amount, { from, to, rate, taxes }: ExchangeRate): Amount {
  if (amount.currency !== from)
    throw new TypeError(`expected an amount in ${from}, got one in ${amount.currency}`);
  const taxed = Object.values(taxes).reduce((factor, share) => factor + share, 1);
  return money(product(amount, { kind: "known", low: rate * taxed, high: rate * taxed }), to);
}
