import { quoted } from "../../stack-config/problems.ts";
import type { ExchangeRate } from "../amount.ts";
import { OptionRefused } from "../option-refused.ts";
import { parseDay } from "./day.ts";

/** As a person gives them. */
export interface AskedExchange {
  readonly currency?: string | undefined;
  readonly rate?: string | undefined;
  readonly rateDate?: string | undefined;
  /** `name=percent`, each. */
  readonly tax?: readonly string[] | undefined;
}

const RATE = /^\d{1,4}(?:\.\d{1,6})?$/;
const TAX = /^([a-z][a-z0-9-]{0,19})=(\d{1,2}(?:\.\d{1,4})?)$/;

/**
 * The rate to convert by; undefined for dollars, which everything is priced in.
 * @throws OptionRefused
 */
export function parseExchange(
  { currency = "USD", rate, rateDate, tax }: AskedExchange,
  today: string,
): ExchangeRate | undefined {
  if (currency === "USD") {
    if (rate !== undefined || rateDate !== undefined || tax !== undefined)
      throw new OptionRefused(
        "--rate: expected --currency BRL beside --rate, --rate-date and --tax, got none of them for USD",
      );
    return undefined;
  }
  if (currency !== "BRL") throw new OptionRefused(`--currency: expected USD or BRL, got ${quoted(currency)}`);
  if (rate === undefined)
    throw new OptionRefused(
      "--rate: expected what a dollar costs in BRL, such as --rate 5.40, because exchange rates are an input here, got none",
    );
  if (!RATE.test(rate) || Number(rate) === 0)
    throw new OptionRefused(`--rate: expected what a dollar costs in BRL, such as 5.40, got ${quoted(rate)}`);
  if (rateDate === undefined)
    throw new OptionRefused(
      "--rate-date: expected the day of the rate, such as --rate-date 2026-11-20, got none",
    );
  return {
    from: "USD",
    to: "BRL",
    rate: Number(rate),
    day: parseDay("--rate-date", rateDate, today),
    taxes: Object.fromEntries((tax ?? []).map(taxIn)),
  };
}

function taxIn(text: string): readonly [string, number] {
  const [, name, percent] = TAX.exec(text) ?? [];
  if (name === undefined || percent === undefined)
    throw new OptionRefused(`--tax: expected a name and a percentage, such as iof=3.5, got ${quoted(text)}`);
  return [name, Number(percent) / 100];
}
