import type { Amount, Currency } from "./amount.ts";
import type { Range } from "./estimate.ts";

/** Cents. */
const DECIMALS = 2;
/** Of what one of something costs: a second of a CPU is 0.000011 USD. */
const UNIT_DECIMALS = 6;
const RANGE = "–";
/** Less is written as nothing. */
const HALF_A_CENT = 0.005;

/** `20.32 USD`, `17.60–25.60 USD`, or `unknown, at least 14.00 USD`. @param locale BCP 47: how numbers are written */
export function amountText(amount: Amount, locale = "en"): string {
  return textOf(amount, DECIMALS, locale);
}

/** The same of what one of something costs, with as many decimals as it has. */
export function unitPriceText(amount: Amount, locale = "en"): string {
  return textOf(amount, UNIT_DECIMALS, locale);
}

/** `+8.08 USD`, `−1.00 to +2.50 USD`, `0.00 USD`. */
export function changeText({ low, high }: Range, currency: Currency, locale = "en"): string {
  const [least, most] = [signed(low, locale), signed(high, locale)];
  return `${least === most ? least : `${least} to ${most}`} ${currency}`;
}

/** Whether it is written as nothing: also what is less than half a cent. */
export function isShownAsNothing(amount: Amount): boolean {
  return amount.kind === "known" && amount.high < HALF_A_CENT;
}

function textOf(amount: Amount, decimals: number, locale: string): string {
  const { currency } = amount;
  const written = (value: number): string => numberText(value, decimals, locale);
  if (amount.kind === "unknown")
    return amount.atLeast === 0 ? "unknown" : `unknown, at least ${written(amount.atLeast)} ${currency}`;
  const [low, high] = [written(amount.low), written(amount.high)];
  return `${low === high ? low : `${low}${RANGE}${high}`} ${currency}`;
}

function numberText(value: number, decimals: number, locale: string): string {
  return value.toLocaleString(locale, { minimumFractionDigits: DECIMALS, maximumFractionDigits: decimals });
}

function signed(value: number, locale: string): string {
  const isNothing = Math.abs(value) < HALF_A_CENT;
  const sign = value < 0 ? "−" : "+";
  return `${isNothing ? "" : sign}${numberText(Math.abs(value), DECIMALS, locale)}`;
}
