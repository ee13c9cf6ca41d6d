import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Api } from "../api/api.ts";
import type { RecordedCall } from "./call.ts";
import type { Faults } from "./faults.ts";
import { Watch } from "./watch.ts";

/** Something is refused as the API itself would do it. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface EmulatorOptions {
  readonly api: Api;
  /** What a caller has to present, by environment variable. */
  readonly credentials: Readonly<Record<string, string>>;
  /** The body of a refusal, in the API's own form. */
  refusalBody(status: number, message: string): unknown;
  /** Adds the API's routes. Schemas are strict: what the API does not know is refused. */
  routes(app: FastifyInstance): void;
  /** A port; any free one unless told. */
  readonly port?: number;
  /** Environment variables that it is called with besides, once it is known where it is. */
  readonly environment?: (url: string) => Readonly<Record<string, string>>;
  /** Where calls are noted that come another way than over HTTP. */
  readonly watch?: Watch;
  /** Takes back capacity that was lent, where there is such a thing. */
  readonly interrupt?: Interrupt;
  /** Ends what the emulated services run. */
  readonly close?: () => Promise<void>;
}

/** @param service by its name @param capacity whether there is any for another one @returns what ends for it */
export type Interrupt = (service: string, capacity: "there" | "absent") => readonly string[];

/** An API on this machine's loopback. */
export class Emulator {
  readonly api: Api;
  readonly interrupt: Interrupt | undefined;
  /** Where it is. */
  readonly url: string;
  readonly credentials: Readonly<Record<string, string>>;
  readonly #app: FastifyInstance;
  readonly #watch: Watch;
  readonly #close: () => Promise<void>;
  readonly #environment: Readonly<Record<string, string>>;

  private constructor(
    { api, credentials, environment = () => ({}), interrupt, close = async () => {} }: EmulatorOptions,
    app: FastifyInstance,
    watch: Watch,
    url: string,
  ) {
    this.api = api;
    this.credentials = credentials;
    this.#app = app;
    this.#watch = watch;
    this.#close = close;
    this.#environment = environment(url);
    this.interrupt = interrupt;
    this.url = url;
  }

  static async start(options: EmulatorOptions): Promise<Emulator> {
    const { watch = new Watch(options.api.title) } = options;
    const app = serve(options, watch);
    options.routes(app);
    const url = await app.listen({ host: "127.0.0.1", port: options.port ?? 0 });
    return new Emulator(options, app, watch, url);
  }

  /** Environment variables with which it is called instead of the real one. */
  get environment(): Readonly<Record<string, string>> {
    return { ...this.credentials, ...this.#environment, [this.api.urlVariable]: this.url };
  }

  /** Every request since it started, or since {@link forget}. */
  get calls(): readonly RecordedCall[] {
    return this.#watch.calls;
  }

  forget(): void {
    this.#watch.calls.length = 0;
  }

  /** From now on; undefined for none. */
  inject(faults: Faults | undefined): void {
    this.#watch.faults = faults;
  }

  async close(): Promise<void> {
    await this.#app.close();
    await this.#close();
  }
}

function serve({ api, credentials, refusalBody }: EmulatorOptions, watch: Watch): FastifyInstance {
  const app = Fastify({
    forceCloseConnections: true,
    // Strict: nothing is dropped, converted or made up on the way in, but in a query everything is text.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, allErrors: true } },
  });
  const wanted = Object.entries(api.headers(credentials));
  const refuse = async (reply: FastifyReply, status: number, message: string) =>
    await reply.status(status).send(refusalBody(status, message));

  app.addHook("preHandler", async (request, reply) => {
    const fault = watch.faults?.({
      api: api.title,
      method: request.method,
      path: pathOf(request),
      body: request.body,
    });
    if (fault?.kind === "cut before") {
      cutReplies.add(request);
      cut(request, watch);
      return reply.hijack();
    }
    if (fault?.kind === "cut after") cutReplies.add(request);
    if (fault?.kind !== "status") return undefined;
    if (fault.retryAfterSeconds !== undefined) void reply.header("retry-after", `${fault.retryAfterSeconds}`);
    return await refuse(reply, fault.status, fault.message ?? "injected");
  });
  app.addHook("preValidation", async (request, reply) => {
    const isKnown = wanted.every(([name, value]) => request.headers[name.toLowerCase()] === value);
    return isKnown ? undefined : await refuse(reply, 401, "unauthorized");
  });
  app.addHook("onSend", async (request, _reply, payload) => {
    if (cutReplies.has(request)) cut(request, watch);
    return payload;
  });
  app.addHook("onResponse", async (request, reply) => {
    if (!cutReplies.has(request)) note(watch, request, reply.statusCode);
  });
  app.setNotFoundHandler((request, reply) =>
    refuse(reply, 404, `no such path: ${request.method} ${request.url}`),
  );
  app.setErrorHandler<Error & { validation?: unknown; statusCode?: number }>((error, _request, reply) => {
    if (error instanceof Refusal) return refuse(reply, error.status, error.message);
    if (error.validation !== undefined) return refuse(reply, 400, error.message);
    // A defect of the emulator: loud, so that no test takes it for a failure of the API.
    process.stderr.write(`${error.stack}\n`);
    return refuse(reply, error.statusCode ?? 500, error.message);
  });
  return app;
}

const cutReplies = new WeakSet<FastifyRequest>();

function cut(request: FastifyRequest, watch: Watch): void {
  note(watch, request, 0);
  request.raw.socket.destroy();
}

function note(watch: Watch, request: FastifyRequest, status: number): void {
  watch.note({
    method: request.method,
    path: pathOf(request),
    route: request.routeOptions.url,
    query: request.query as Record<string, unknown>,
    body: request.body,
    status,
  });
}

function pathOf({ url }: FastifyRequest): string {
  return url.split("?")[0] ?? url;
}
