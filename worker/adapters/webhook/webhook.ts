import { createHmac } from "node:crypto";
import { lookup } from "node:dns/promises";
import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { WebhookFailed, type Webhook, type WebhookCall } from "../../automations/webhook.ts";
import { isPublicAddress } from "./addresses.ts";

/** Of an answer, so many bytes are taken in; nothing is done with them. */
const ANSWER_BYTES = 64 * 1024;

export interface WebhookOptions {
  /** From the look-up of the name to the end of the answer, in ms. */
  readonly timeoutMs: number;
  /** Whether addresses that are not on the internet may be called: for development. */
  readonly allowPrivate: boolean;
  /** Addresses of a name; the system's resolver unless told. */
  resolve?(hostname: string): Promise<readonly string[]>;
}

/** Calls organizations' own services over HTTP(S), at addresses on the internet only, and believes nothing that they answer. */
export function httpWebhook({ timeoutMs, allowPrivate, resolve = addressesOf }: WebhookOptions): Webhook {
  return {
    async call(call, stop) {
      const signal = AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)]);
      try {
        const url = new URL(call.url);
        if (url.protocol !== "http:" && url.protocol !== "https:")
          throw new WebhookFailed(`a webhook is called over http or https, not over ${url.protocol}`, true);
        const address = await checkedAddress(url, { allowPrivate, resolve, signal });
        const response = await post(url, address, call, signal);
        await discard(response, signal);
        judge(response);
      } catch (error) {
        // Told to stop: that is no failure of who is called.
        if (stop.aborted || error instanceof WebhookFailed) throw error;
        if (signal.aborted)
          throw new WebhookFailed(`the webhook did not answer within ${timeoutMs} ms`, false);
        const { code } = error as NodeJS.ErrnoException;
        throw new WebhookFailed(`the webhook cannot be reached (${code ?? "broken connection"})`, false);
      }
    },
  };
}

/** What a call is signed with: `t`, a dot and the body, so that an old call cannot be sent as a new one. */
export function signatureOf(secret: string, seconds: number, body: string): string {
  return createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
}

/**
 * An address of the URL's host, of which all are allowed; the connection is made to this one, whatever the name means a moment
 * later.
 */
async function checkedAddress(
  url: URL,
  options: Required<Pick<WebhookOptions, "allowPrivate" | "resolve">> & { readonly signal: AbortSignal },
): Promise<string> {
  // Decimal, octal and hexadecimal forms of IPv4 were made plain by URL.
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const addresses = isIP(host) !== 0 ? [host] : await unlessAborted(options.resolve(host), options.signal);
  const [first] = addresses;
  if (first === undefined) throw new WebhookFailed("the webhook's host has no address", false);
  if (!options.allowPrivate && !addresses.every(isPublicAddress))
    throw new WebhookFailed("the webhook's address is not on the internet", true);
  return first;
}

async function post(
  url: URL,
  address: string,
  call: WebhookCall,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const body = Buffer.from(call.body);
  const seconds = Math.floor(Date.now() / 1000);
  const family = isIP(address);
  const options: RequestOptions = {
    method: "POST",
    signal,
    // A connection of its own: one that is kept open was made to an address that was checked for something else.
    agent: false,
    // Asked for all addresses by a client that tries both families.
    lookup: (_hostname, { all }, done) => {
      if (all) done(null, [{ address, family }]);
      else done(null, address, family);
    },
    headers: {
      "content-type": "application/json",
      "content-length": body.length,
      "user-agent": "oxy-workers",
      "oxy-delivery": call.delivery,
      "oxy-signature": `t=${seconds},v1=${signatureOf(call.secret, seconds, call.body)}`,
    },
  };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = url.protocol === "https:" ? httpsRequest : httpRequest;
  request(url, options, resolve).on("error", reject).end(body);
  return await promise;
}

/** Reads an answer to its end, if that comes soon. */
async function discard(response: IncomingMessage, signal: AbortSignal): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of response) {
      bytes += (chunk as Buffer).length;
      if (bytes > ANSWER_BYTES) break;
    }
  } catch (error) {
    // The status is what counts, unless the answer never ends.
    if (signal.aborted) throw error;
  }
}

function judge({ statusCode = 0, headers }: IncomingMessage): void {
  if (statusCode >= 200 && statusCode < 300) return;
  const again = statusCode === 408 || statusCode === 429 || statusCode >= 500;
  const seconds = Number(headers["retry-after"]);
  throw new WebhookFailed(
    `the webhook answered ${statusCode}${statusCode >= 300 && statusCode < 400 ? ", and redirects are not followed" : ""}`,
    !again,
    again && seconds > 0 ? seconds * 1000 : undefined,
  );
}

async function addressesOf(hostname: string): Promise<string[]> {
  return (await lookup(hostname, { all: true })).map(({ address }) => address);
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(new Error("aborted"));
  signal.addEventListener("abort", abort, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
