import type { Readable } from "node:stream";
import chain from "stream-chain";
import { parser } from "stream-json";
import { pick } from "stream-json/filters/pick.js";
import { streamValues } from "stream-json/streamers/stream-values.js";
import { z } from "zod";
import { isWanted, type Wanted } from "./wanted.ts";

/** What an offer file says one costs, in USD. */
interface OfferPrice {
  /** The catalogue's, without its region. */
  readonly item: string;
  readonly usd: number;
  /** ISO 8601 day of the term, which is that of the file's month rather than of the price's last change. */
  readonly effective: string;
}

export interface Offer {
  /** ISO 8601 day. */
  readonly published: string;
  /** Several of an item, where the file has several prices for it. */
  readonly prices: readonly OfferPrice[];
}

/** It is no offer file, or not all of one. */
export class UnreadableOffer extends Error {
  override readonly name = "UnreadableOffer";
}

const attributes = z.record(z.string(), z.unknown());
const product = z.object({ sku: z.string(), attributes });
const dimension = z.object({
  description: z.string().default(""),
  beginRange: z.string().default("0"),
  pricePerUnit: z.object({ USD: z.string().regex(/^\d+(\.\d+)?$/) }),
});
const term = z.object({
  sku: z.string(),
  effectiveDate: z.string().regex(/^\d{4}-\d{2}-\d{2}T/),
  priceDimensions: z.record(z.string(), dimension),
});
const terms = z.record(z.string(), term);

/** Of all that an offer file says: when it is from, its products, and their prices on demand. */
const PICKED = /^(publicationDate|products\.[^.]+|terms\.OnDemand\.[^.]+)$/;

/**
 * Reads an offer file of AWS's Price List in a stream: those of EC2 are larger than a string can be.
 * Products come before their terms.
 * @throws UnreadableOffer, and what the source throws
 */
export async function readOffer(source: Readable, wanted: readonly Wanted[]): Promise<Offer> {
  const items = new Map<string, string>();
  const prices: OfferPrice[] = [];
  let published: string | undefined;
  const values = chain([parser(), pick({ filter: PICKED }), streamValues()]);
  source.on("error", (error) => values.destroy(error));
  source.pipe(values);
  try {
    for await (const { value } of values as AsyncIterable<{ readonly value: unknown }>) {
      if (typeof value === "string") published = value.slice(0, DAY_CHARACTERS);
      else if (isProduct(value)) {
        const { sku, attributes: of } = product.parse(value);
        const found = wanted.find((each) => isWanted(of, each));
        if (found !== undefined) items.set(sku, found.item);
      } else prices.push(...pricesOf(value, items));
    }
  } catch (error) {
    if (source.errored !== null) throw source.errored;
    throw new UnreadableOffer(`is no whole offer file: ${reasonOf(error)}`, { cause: error });
  } finally {
    source.destroy();
  }
  if (published === undefined) throw new UnreadableOffer("is no whole offer file: it has no publicationDate");
  return { published, prices };
}

const DAY_CHARACTERS = 10;

function isProduct(value: unknown): value is { readonly attributes: unknown } {
  return typeof value === "object" && value !== null && "attributes" in value;
}

function pricesOf(value: unknown, items: ReadonlyMap<string, string>): OfferPrice[] {
  const [first] = Object.values(value as Readonly<Record<string, { readonly sku?: unknown }>>);
  const item = typeof first?.sku === "string" ? items.get(first.sku) : undefined;
  if (item === undefined) return [];
  return Object.values(terms.parse(value)).flatMap(({ effectiveDate, priceDimensions }) => {
    const usd = firstPrice(Object.values(priceDimensions));
    return usd === undefined ? [] : [{ item, usd, effective: effectiveDate.slice(0, DAY_CHARACTERS) }];
  });
}

/**
 * Of tiers, the first that is not free: what is free has entries of its own. ElastiCache's files have each node a
 * second time for nothing, as what a reserved one costs by the hour.
 */
function firstPrice(dimensions: readonly z.output<typeof dimension>[]): number | undefined {
  return dimensions
    .filter(({ description }) => !/reserved instance applied/i.test(description))
    .map(({ beginRange, pricePerUnit: { USD } }) => ({ from: Number(beginRange), usd: Number(USD) }))
    .toSorted((one, other) => one.from - other.from)
    .find(({ usd }) => usd > 0)?.usd;
}

function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError)
    return error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
  return error instanceof Error ? error.message : String(error);
}
