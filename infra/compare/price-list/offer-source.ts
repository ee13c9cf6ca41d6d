import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ky, { HTTPError } from "ky";
import { ApiFailed, causeOf, reasonOf } from "../../api/failure.ts";
import type { Service } from "./wanted.ts";

/** Where AWS's Price List is, for everybody. */
export const PRICE_LIST = "https://pricing.us-east-1.amazonaws.com";
/** Until an answer begins, in ms. */
const PATIENCE_MS = 30_000;
const RETRIES = 3;

export interface OfferFile {
  readonly service: Service;
  readonly region: string;
}

/** What was asked for: its content, or that it is what one has already. */
export type OfferAnswer =
  | { readonly is: "same" }
  | { readonly is: "content"; readonly etag?: string; readonly content: Readable };

/** As AWS lays them out below its address, and a copy of them in a folder. */
export function pathOf({ service, region }: OfferFile): string {
  return `offers/v1.0/aws/${service}/current/${region}/index.json`;
}

/** What `--from` says: an address, or else a folder. */
function isAddress(from: string): boolean {
  return /^https?:\/\//.test(from);
}

/**
 * Begins to read an offer file.
 * @param etag of the one that is had already
 * @throws ApiFailed
 */
export async function openOffer(from: string, file: OfferFile, etag?: string): Promise<OfferAnswer> {
  return isAddress(from)
    ? await fetched(`${from.replace(/\/+$/, "")}/${pathOf(file)}`, etag)
    : { is: "content", content: createReadStream(join(folderOf(from), pathOf(file))) };
}

function folderOf(from: string): string {
  return from.startsWith("file:") ? fileURLToPath(from) : resolve(from);
}

async function fetched(url: string, etag: string | undefined): Promise<OfferAnswer> {
  try {
    const response = await ky(url, {
      timeout: PATIENCE_MS,
      retry: { limit: RETRIES },
      throwHttpErrors: (status) => status !== NOT_MODIFIED,
      headers: etag === undefined ? {} : { "if-none-match": etag },
    });
    if (response.status === NOT_MODIFIED) return { is: "same" };
    const given = response.headers.get("etag");
    return {
      is: "content",
      ...(given === null ? {} : { etag: given }),
      content: Readable.fromWeb(response.body ?? new ReadableStream()),
    };
  } catch (error) {
    if (!(error instanceof HTTPError))
      throw new ApiFailed(
        "unavailable",
        `AWS's Price List could not be reached at ${url}: ${reasonOf(error)}`,
      );
    const { status } = error.response;
    throw new ApiFailed(causeOf(status), `AWS's Price List answers ${status} to ${url}`);
  }
}

const NOT_MODIFIED = 304;
