import { amountText } from "../amount-text.ts";
import { money, type Amount } from "../amount.ts";
import { mapped, type Estimate } from "../estimate.ts";

/** `between 6.83 and 29.96 USD` is `6.83–29.96 USD` here: a range is one thing. */
export function usd(amount: Amount | Estimate): string {
  return amountText("currency" in amount ? amount : money(amount));
}

/** `119 ms`, `118–119 ms`, or `unknown`. */
export function figure(estimate: Estimate, unit: string, decimals = 0): string {
  if (estimate.kind === "unknown") return "unknown";
  const text = (value: number): string => value.toLocaleString("en", { maximumFractionDigits: decimals });
  const [low, high] = [text(estimate.low), text(estimate.high)];
  return `${low === high ? low : `${low}–${high}`}${unit === "%" ? "" : " "}${unit}`;
}

/** Of an hour, in a month. */
export function monthly(estimate: Estimate, hours: number): Estimate {
  return mapped(estimate, (value) => value * hours);
}
