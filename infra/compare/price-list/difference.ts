import type { Catalogue } from "../catalogue/catalogue.ts";
import type { Entry } from "../catalogue/entry.ts";
import type { ListedPrice } from "./read-price-list.ts";

/** What the Price List says of an entry of the catalogue. */
export type Difference = { readonly price: ListedPrice } & (
  | { readonly kind: "confirmed"; readonly before: Entry }
  /** From that day on: when the list has it from, but not from before the day on which the old price was still seen. */
  | {
      readonly kind: "changed" | "found";
      readonly before: Entry;
      readonly usd: number;
      readonly from: string;
    }
  /** The list has no such price, or several; or is from before the day on which somebody saw another one. */
  | { readonly kind: "missing" | "unclear" | "older"; readonly before: Entry }
  /** The catalogue has no such entry. */
  | { readonly kind: "unknown" }
);

/** @param day ISO 8601: compared with what is in force then */
export function differencesOf(
  prices: readonly ListedPrice[],
  catalogue: Catalogue,
  day: string,
): readonly Difference[] {
  return prices.map((price) => differenceOf(price, catalogue.entry(price.id, day)));
}

function differenceOf(price: ListedPrice, before: Entry | undefined): Difference {
  if (before === undefined) return { price, kind: "unknown" };
  const [usd, ...others] = price.usd;
  if (usd === undefined) return { price, kind: "missing", before };
  if (others.length > 0) return { price, kind: "unclear", before };
  const { value } = before;
  if (value === null) return { price, kind: "found", before, usd, from: price.effective };
  if (value.low === usd && value.high === usd) return { price, kind: "confirmed", before };
  if (price.published < before.observedAt) return { price, kind: "older", before };
  return {
    price,
    kind: "changed",
    before,
    usd,
    from: price.effective > before.observedAt ? price.effective : before.observedAt,
  };
}
