import { converted, type Amount, type Currency, type ExchangeRate } from "../amount.ts";
import { amountText, unitPriceText } from "../amount-text.ts";
import type { Estimate, Range } from "../estimate.ts";
import type { Words } from "./words.ts";

const RANGE = "–";

/** Writes numbers as the reader's language does, and money in the reader's currency. */
export class Numbers {
  readonly currency: Currency;
  readonly #words: Words;
  readonly #exchange: ExchangeRate | undefined;

  constructor(words: Words, exchange: ExchangeRate | undefined) {
    this.#words = words;
    this.#exchange = exchange;
    this.currency = exchange?.to ?? "USD";
  }

  /** `14.10 USD`, `14.10–20.30 USD`, or that it is unknown and at least so much. */
  money(amount: Amount): string {
    return this.#amount(amount, amountText);
  }

  /** The same of what one of something costs, with all its decimals. */
  unitPrice(amount: Amount): string {
    return this.#amount(amount, unitPriceText);
  }

  /** In a table whose caption says the currency. */
  plainMoney(amount: Amount): string {
    const shown = this.#shown(amount);
    if (shown.kind === "unknown")
      return shown.atLeast === 0
        ? this.#words.text("unknown")
        : this.#words.text("table.unknown-least", { least: this.#cents(shown.atLeast) });
    return between(this.#cents(shown.low), this.#cents(shown.high));
  }

  /** In the reader's currency. */
  value(usd: number): number {
    const shown = this.#shown({ kind: "known", low: usd, high: usd, currency: "USD" });
    return shown.kind === "known" ? shown.low : shown.atLeast;
  }

  usd(range: Range): string {
    return this.money({ kind: "known", ...range, currency: "USD" });
  }

  count(value: number, decimals = 0): string {
    return value.toLocaleString(this.#words.language, { maximumFractionDigits: decimals });
  }

  /** As many decimals as a reader compares by: more of what is small. */
  range({ low, high }: Range): string {
    const decimals = high >= 100 ? 0 : high >= 1 ? 1 : 3;
    return between(this.count(low, decimals), this.count(high, decimals));
  }

  estimate(estimate: Estimate): string {
    if (estimate.kind === "known") return this.range(estimate);
    const { atLeast } = estimate;
    if (atLeast === 0) return this.#words.text("unknown");
    return this.#words.text("unknown.least", { least: this.range({ low: atLeast, high: atLeast }) });
  }

  /** The same in a table. */
  plainEstimate(estimate: Estimate): string {
    if (estimate.kind === "known") return this.range(estimate);
    const { atLeast } = estimate;
    if (atLeast === 0) return this.#words.text("unknown");
    return this.#words.text("table.unknown-least", { least: this.range({ low: atLeast, high: atLeast }) });
  }

  percent(share: number, decimals = 1): string {
    return share.toLocaleString(this.#words.language, { style: "percent", maximumFractionDigits: decimals });
  }

  /** Of percentages from 0 to 100, such as 99.95. */
  percentRange({ low, high }: Range, decimals = 3): string {
    const [least, most] = [this.percent(low / 100, decimals), this.percent(high / 100, decimals)];
    return least === most ? most : `${this.count(low, decimals)}${RANGE}${most}`;
  }

  /** Short, on an axis. */
  compact(value: number): string {
    return value.toLocaleString(this.#words.language, { notation: "compact", maximumSignificantDigits: 3 });
  }

  /** @param day ISO 8601 */
  day(day: string): string {
    return new Date(`${day}T00:00:00Z`).toLocaleDateString(this.#words.language, {
      dateStyle: "medium",
      timeZone: "UTC",
    });
  }

  /** @param month ISO 8601: `2026-10` */
  month(month: string): string {
    return new Date(`${month}-01T00:00:00Z`).toLocaleDateString(this.#words.language, {
      month: "long",
      year: "numeric",
      timeZone: "UTC",
    });
  }

  #shown(amount: Amount): Amount {
    return this.#exchange === undefined || amount.currency === this.#exchange.to
      ? amount
      : converted(amount, this.#exchange);
  }

  #amount(amount: Amount, write: typeof amountText): string {
    const shown = this.#shown(amount);
    if (shown.kind === "known") return write(shown, this.#words.language);
    if (shown.atLeast === 0) return this.#words.text("unknown");
    const least = {
      kind: "known",
      low: shown.atLeast,
      high: shown.atLeast,
      currency: shown.currency,
    } as const;
    return this.#words.text("unknown.least", { least: write(least, this.#words.language) });
  }

  #cents(value: number): string {
    return value.toLocaleString(this.#words.language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  }
}

function between(low: string, high: string): string {
  return low === high ? low : `${low}${RANGE}${high}`;
}
