import { Transform } from "node:stream";
import pMap from "p-map";
import { ApiFailed, reasonOf } from "../../api/failure.ts";
import { REGION_SIGN } from "../catalogue/file-entries.ts";
import { readOffer, UnreadableOffer, type Offer } from "./offer.ts";
import { OfferCache } from "./offer-cache.ts";
import { openOffer, pathOf, type OfferFile } from "./offer-source.ts";
import { WANTED, type Service } from "./wanted.ts";

/** A price of the catalogue as the Price List has it. */
export interface ListedPrice {
  /** The catalogue's. */
  readonly id: string;
  readonly service: Service;
  /** More than one where the file is not clear about it; none where it has none. */
  readonly usd: readonly number[];
  /** ISO 8601 day. */
  readonly effective: string;
  /** ISO 8601 day of the file. */
  readonly published: string;
}

export interface PriceListParts {
  /** An address, or a folder of the same layout. */
  readonly from: string;
  readonly services: readonly Service[];
  readonly regions: readonly string[];
  /** Where what was read is kept: the project's home. */
  readonly home: string;
  readonly progress?: (line: string) => void;
}

export interface PriceList {
  readonly prices: readonly ListedPrice[];
  /** A sentence for each file that could not be read; the others were. */
  readonly failures: readonly string[];
}

/** Files at once: more do not arrive sooner. */
const AT_ONCE = 4;
const BYTES_PER_MB = 1e6;
/** Progress of a large file is told as often. */
const TOLD_EVERY_BYTES = 25e6;

/**
 * Reads what the catalogue has of AWS's Price List. A file that has not changed since is not sent again.
 */
export async function readPriceList(parts: PriceListParts): Promise<PriceList> {
  const { services, regions } = parts;
  const files = services.flatMap((service) => regions.map((region): OfferFile => ({ service, region })));
  const failures: string[] = [];
  const read = await pMap(
    files,
    async (file) => {
      try {
        return pricesOf(file, await offerOf(file, parts));
      } catch (error) {
        if (!(error instanceof ApiFailed || error instanceof UnreadableOffer)) throw error;
        failures.push(
          error instanceof ApiFailed ? error.message : `${pathOf(file)} of AWS's Price List ${error.message}`,
        );
        return [];
      }
    },
    { concurrency: AT_ONCE },
  );
  return { prices: read.flat(), failures: failures.toSorted() };
}

async function offerOf(file: OfferFile, { from, home, progress }: PriceListParts): Promise<Offer> {
  const name = `${file.service} ${file.region}`;
  const wanted = WANTED.filter(({ service }) => service === file.service);
  const cache = new OfferCache(home, from);
  const had = await cache.read(file, wanted);
  const answer = await openOffer(from, file, had?.etag);
  if (answer.is === "same") {
    if (had === undefined)
      throw new UnreadableOffer("was said to be the same as before, and there is no before");
    progress?.(`${name}: unchanged`);
    return had.offer;
  }
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      const before = Math.floor(bytes / TOLD_EVERY_BYTES);
      bytes += chunk.byteLength;
      if (Math.floor(bytes / TOLD_EVERY_BYTES) > before) progress?.(`${name}: ${megabytes(bytes)} read …`);
      done(null, chunk);
    },
  });
  answer.content.on("error", (error) => counted.destroy(error));
  const offer = await readWhole(answer.content.pipe(counted), file, wanted);
  progress?.(`${name}: ${megabytes(bytes)}, ${new Set(offer.prices.map(({ item }) => item)).size} prices`);
  if (answer.etag !== undefined) await cache.write(file, wanted, { etag: answer.etag, offer });
  return offer;
}

async function readWhole(content: Transform, file: OfferFile, wanted: typeof WANTED): Promise<Offer> {
  try {
    return await readOffer(content, wanted);
  } catch (error) {
    if (error instanceof UnreadableOffer) throw error;
    const reason = reasonOf(error);
    throw new UnreadableOffer(reason === "ENOENT" ? "is not there" : `broke off: ${reason}`, {
      cause: error,
    });
  }
}

function pricesOf({ service, region }: OfferFile, { published, prices }: Offer): ListedPrice[] {
  return WANTED.filter((wanted) => wanted.service === service).map(({ item }) => {
    const found = prices.filter((price) => price.item === item);
    return {
      id: `${item}${REGION_SIGN}${region}`,
      service,
      usd: [...new Set(found.map(({ usd }) => usd))],
      effective: found.reduce((last, { effective }) => (effective > last ? effective : last), ""),
      published,
    };
  });
}

function megabytes(bytes: number): string {
  return `${(bytes / BYTES_PER_MB).toFixed(1)} MB`;
}
