import ky, { HTTPError, type KyInstance } from "ky";
import type { z } from "zod";
import { addressOf, credentialsOf, missingCredentials, type Api, type Settings } from "./api.ts";
import { ApiFailed, causeOf, reasonOf } from "./failure.ts";

/** How long one answer may take, in ms. */
const PATIENCE_MS = 30_000;
/** Further attempts at a call that may be repeated. */
const RETRIES = 5;
/** Statuses that a call is repeated after; of a write that may have been done, only the one that says it was not. */
const REPEATED = [408, 429, 500, 502, 503, 504];
/** The longest that is waited because an API asks to, in ms. */
const LONGEST_WAIT_MS = 60_000;
const LONGEST_BACKOFF_MS = 8_000;
/** Characters of an API's own words in an error. */
const MOST_WORDS = 400;

export interface Call<Answer> {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Begins with a slash. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Completes "Render refused to …"; names the resource: `create service "staging-main-all"`. */
  readonly doing: string;
  /** What of the answer is used; missing where nothing is. */
  readonly answer?: z.ZodType<Answer>;
  /** A write that does the same when it is repeated. Reads, PUT and DELETE always do. */
  readonly repeatable?: boolean;
}

export interface ClientOptions {
  readonly signal?: AbortSignal;
  /** Told while an API makes us wait. */
  readonly progress?: (message: string) => void;
}

/**
 * Calls an API: retries with back-off what may be repeated, waits as long as a 429 asks, and turns everything else into
 * a sentence. A write that may have been done already is not repeated here: see `create-once.ts`.
 */
export class ApiClient {
  readonly api: Api;
  readonly #http: KyInstance;
  readonly #address: string;
  readonly #missing: readonly string[];
  readonly #options: ClientOptions;

  /** @param settings environment variables: credentials, and maybe another address */
  constructor(api: Api, settings: Settings, options: ClientOptions = {}) {
    this.api = api;
    this.#options = options;
    this.#address = addressOf(api, settings);
    this.#missing = missingCredentials(api, settings);
    this.#http = ky.create({
      timeout: PATIENCE_MS,
      headers: { "user-agent": "oxy-workers", ...api.headers(credentialsOf(api, settings)) },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  }

  /** @throws ApiFailed, the signal's reason */
  async call<Answer = undefined>(call: Call<Answer>): Promise<Answer> {
    if (this.#missing.length > 0) throw new ApiFailed("unauthorized", this.#missing.join("; "));
    const { answer, doing } = call;
    const body = await this.#send(call);
    return answer === undefined ? (undefined as Answer) : this.expect(answer, body, doing);
  }

  /** What was answered, as the description has it. @throws ApiFailed when it is not */
  expect<Answer>(answer: z.ZodType<Answer>, body: unknown, doing: string): Answer {
    const result = answer.safeParse(body);
    if (result.success) return result.data;
    const where = result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
    throw new ApiFailed(
      "unavailable",
      `${this.api.title} answered what was not expected when asked to ${doing}: ${where}`,
    );
  }

  async #send(call: Call<unknown>): Promise<unknown> {
    const method = call.method.toLowerCase() as Lowercase<typeof call.method>;
    const isRepeatable = call.repeatable ?? ["GET", "PUT", "DELETE"].includes(call.method);
    try {
      const response = await this.#http(`${this.#address}${call.path}${queryOf(call.query)}`, {
        method,
        ...(call.body === undefined ? {} : { json: call.body }),
        ...(call.headers === undefined ? {} : { headers: call.headers }),
        retry: {
          limit: RETRIES,
          methods: [method],
          statusCodes: isRepeatable ? REPEATED : [429],
          backoffLimit: LONGEST_BACKOFF_MS,
          jitter: (delay) => delay * (0.8 + Math.random() * 0.4),
          maxRetryAfter: LONGEST_WAIT_MS,
          retryOnTimeout: isRepeatable,
          shouldRetry: ({ error }) => (isRepeatable || error instanceof HTTPError ? undefined : false),
        },
        hooks: {
          beforeRetry: [({ error }) => this.#tellWaiting(error)],
        },
      });
      return parsed(await response.text());
    } catch (error) {
      this.#options.signal?.throwIfAborted();
      throw await this.#failure(call, error as Error);
    }
  }

  #tellWaiting(error: unknown): void {
    if (!(error instanceof HTTPError) || error.response.status !== 429) return;
    const seconds = error.response.headers.get("retry-after");
    const until = seconds === null ? "" : ` for ${seconds} s`;
    this.#options.progress?.(`${this.api.title} asks to wait${until}: too many requests`);
  }

  async #failure({ doing }: Call<unknown>, error: Error): Promise<ApiFailed> {
    const { title, variables } = this.api;
    if (!(error instanceof HTTPError)) {
      const reason = reasonOf(error);
      return new ApiFailed(
        "unavailable",
        `${title} could not be reached at ${this.#address} to ${doing}: ${reason}`,
      );
    }
    const { status } = error.response;
    const body = error.data as unknown;
    const words = this.api.messageOf(body) ?? (typeof body === "string" ? body : "") ?? "";
    const said = `${status}${words === "" ? "" : `: ${words.slice(0, MOST_WORDS)}`}`;
    const cause = causeOf(status);
    const credentials = variables.join(" and ");
    switch (cause) {
      case "unauthorized":
        return new ApiFailed(
          cause,
          `${credentials}: ${title} does not accept it, asked to ${doing} (${said})`,
        );
      case "forbidden":
        return new ApiFailed(
          cause,
          `${title} does not allow the holder of ${credentials} to ${doing} (${said})`,
        );
      case "busy":
        return new ApiFailed(
          cause,
          `${title} could not ${doing}: too many requests, and still after ${RETRIES} waits (${said})`,
        );
      case "unavailable":
        return new ApiFailed(cause, `${title} failed to ${doing} (${said})`);
      default:
        return new ApiFailed(cause, `${title} refused to ${doing} (${said})`);
    }
  }
}

function queryOf(query: Call<unknown>["query"] = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? (value as string[]) : [value])
      parameters.append(name, String(one));
  }
  return parameters.size === 0 ? "" : `?${parameters}`;
}

function parsed(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
