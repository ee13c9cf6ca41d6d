import type { AddressInfo } from "node:net";
import fastify from "fastify";

/** A product of an offer file with its price on demand, or several of them by tier. */
export interface OfferProduct {
  readonly usagetype: string;
  readonly attributes?: Readonly<Record<string, string>>;
  /** By where the tier begins. */
  readonly usd: number | Readonly<Record<string, number>>;
  /** As ElastiCache's files have it: the same node once more, for nothing. */
  readonly reservedApplied?: boolean;
}

/** An offer file of AWS, in the shape of its Price List v1.0: products first, then terms. */
export function offerFile(
  products: readonly OfferProduct[],
  { published = "2026-11-20", effective = "2026-11-01" } = {},
): object {
  const skus = products.map((product, index) => ({ ...product, sku: `SKU${index}` }));
  return {
    formatVersion: "v1.0",
    disclaimer: "This pricing list is for informational purposes only.",
    offerCode: "AmazonX",
    version: "20261120130639",
    publicationDate: `${published}T13:06:39Z`,
    products: Object.fromEntries(
      skus.map(({ sku, usagetype, attributes = {} }) => [
        sku,
        {
          sku,
          productFamily: "X",
          attributes: { servicecode: "AmazonX", usagetype, operation: "", ...attributes },
        },
      ]),
    ),
    terms: {
      OnDemand: Object.fromEntries(
        skus.map(({ sku, usd, reservedApplied }) => {
          const tiers = typeof usd === "number" ? { "0": usd } : usd;
          const dimensions = [
            ...(reservedApplied === true ? [dimensionOf(sku, "reserved instance applied", "0", 0)] : []),
            ...Object.entries(tiers).map(([from, price]) => dimensionOf(sku, "per unit", from, price)),
          ];
          return [
            sku,
            {
              [`${sku}.JRTCKXETXF`]: {
                offerTermCode: "JRTCKXETXF",
                sku,
                effectiveDate: `${effective}T00:00:00Z`,
                priceDimensions: Object.fromEntries(
                  dimensions.map((dimension, index) => [`${sku}.JRTCKXETXF.${index}`, dimension]),
                ),
                termAttributes: {},
              },
            },
          ];
        }),
      ),
      Reserved: Object.fromEntries(
        skus.map(({ sku }) => [sku, { [`${sku}.R`]: { offerTermCode: "R", sku, priceDimensions: {} } }]),
      ),
    },
  };
}

function dimensionOf(sku: string, description: string, beginRange: string, usd: number): object {
  return {
    rateCode: `${sku}.JRTCKXETXF.X`,
    description: `${usd} ${description}`,
    beginRange,
    endRange: "Inf",
    unit: "Hrs",
    pricePerUnit: { USD: usd.toFixed(10) },
    appliesTo: [],
  };
}

/** How a path is answered. */
type OfferReply =
  | { readonly body: string; readonly etag?: string }
  | { readonly status: number }
  /** Says that it is longer than it is. */
  | { readonly brokenOff: string };

export interface PriceListServer {
  readonly address: string;
  /** Path of each request, with the tag that it came with. */
  readonly asked: { readonly path: string; readonly etag: string | undefined }[];
  /** What is at a path is answered so from now on; everything else is 404. */
  put(service: string, region: string, reply: OfferReply): void;
  close(): Promise<void>;
}

/** AWS's Price List on loopback. */
export async function startPriceList(): Promise<PriceListServer> {
  const app = fastify();
  const replies = new Map<string, OfferReply>();
  const asked: PriceListServer["asked"] = [];
  app.get("/*", async (request, reply) => {
    const etag = request.headers["if-none-match"];
    asked.push({ path: request.url, etag });
    const found = replies.get(request.url);
    if (found === undefined) return await reply.code(404).send("NoSuchKey");
    if ("status" in found) return await reply.code(found.status).send("");
    if ("brokenOff" in found) {
      const length = found.brokenOff.length + 1_000;
      reply.hijack();
      reply.raw.writeHead(200, { "content-length": length });
      reply.raw.write(found.brokenOff, () => reply.raw.destroy());
      return reply;
    }
    if (found.etag !== undefined) void reply.header("etag", found.etag);
    if (found.etag !== undefined && found.etag === etag) return await reply.code(304).send();
    return await reply.type("application/json").send(found.body);
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  return {
    address: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
    asked,
    put: (service, region, reply) =>
      void replies.set(`/offers/v1.0/aws/${service}/current/${region}/index.json`, reply),
    close: async () => await app.close(),
  };
}
