import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Offer } from "./offer.ts";
import type { OfferFile } from "./offer-source.ts";
import { writeWhole } from "../../whole-file.ts";
import type { Wanted } from "./wanted.ts";

const kept = z.object({
  from: z.string(),
  etag: z.string(),
  /** Of what was looked for: another version of oxy may look for more. */
  wanted: z.string(),
  offer: z.object({
    published: z.string(),
    prices: z.array(z.object({ item: z.string(), usd: z.number(), effective: z.string() })),
  }),
});

type Kept = z.output<typeof kept>;

/** What of the offer files was used, with their tags: the files themselves are hundreds of MB. */
export class OfferCache {
  readonly #folder: string;
  readonly #from: string;

  /** @param home the project's */
  constructor(home: string, from: string) {
    this.#folder = join(home, "price-list");
    this.#from = from;
  }

  /** @returns undefined where there is none of this place and for these prices, or it cannot be read */
  async read(
    file: OfferFile,
    wanted: readonly Wanted[],
  ): Promise<{ readonly etag: string; readonly offer: Offer } | undefined> {
    try {
      const found = kept.parse(JSON.parse(await readFile(this.#path(file), "utf8")));
      return found.from === this.#from && found.wanted === digestOf(wanted) ? found : undefined;
    } catch {
      return undefined;
    }
  }

  async write(
    file: OfferFile,
    wanted: readonly Wanted[],
    { etag, offer }: { readonly etag: string; readonly offer: Offer },
  ): Promise<void> {
    const content: Kept = {
      from: this.#from,
      etag,
      wanted: digestOf(wanted),
      offer: { ...offer, prices: [...offer.prices] },
    };
    await writeWhole(this.#path(file), JSON.stringify(content));
  }

  #path({ service, region }: OfferFile): string {
    return join(this.#folder, `${service}-${region}.json`);
  }
}

function digestOf(wanted: readonly Wanted[]): string {
  return createHash("sha256").update(JSON.stringify(wanted)).digest("hex");
}
