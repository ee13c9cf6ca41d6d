import type { Redis } from "ioredis";
import { z } from "zod";
import type { Keys } from "../adapters/redis/keys.ts";
import type { Sealing } from "../adapters/redis/sealing.ts";
import { contactSchema, type Contact } from "../contract/calls.ts";
import { errorFields, type Logger } from "../runtime/logging.ts";
import type { Lease } from "./lease.ts";
import {
  organizationId,
  organizationSettings,
  phoneNumber,
  type OrganizationSettings,
} from "./organization.ts";
import type { Organizations } from "./organizations.ts";
import { importSession } from "./session-import.ts";
import type { PairingEvent } from "./pairing.ts";
import type { Sessions } from "./sessions.ts";
import { shardOf } from "./shards.ts";
import { explainSettings } from "./stored-settings.ts";
import type { UnderWay } from "./under-way.ts";
import type { WhatsApp } from "./whatsapp.ts";

/** How long answers wait for whoever asked. */
const ANSWER_SECONDS = 600;

/** When it was asked, in ms since the epoch: what nobody took in time is not done behind the asker's back. */
const at = z.number();

/** Only says what would be done. */
const dryRun = z.boolean().default(false);

const requestSchema = z.discriminatedUnion("verb", [
  z.strictObject({
    at,
    verb: z.literal("org add"),
    organization: organizationId,
    settings: organizationSettings,
  }),
  z.strictObject({
    at,
    verb: z.literal("pair"),
    organization: organizationId,
    /** Of the phone: it is linked by a code typed there instead of one scanned by it. */
    number: phoneNumber.optional(),
  }),
  z.strictObject({
    at,
    verb: z.literal("session import"),
    organization: organizationId,
    /** Of the session, sealed, which come with the request. */
    parts: z.int().min(1).max(100_000),
  }),
  z.strictObject({
    at,
    verb: z.literal("erase contact"),
    organization: organizationId,
    contact: contactSchema,
    dryRun,
  }),
  z.strictObject({ at, verb: z.literal("erase organization"), organization: organizationId, dryRun }),
]);

type Request = z.infer<typeof requestSchema>;

/** Told to whoever asked, in this order; `done` and `failed` are the last. */
type Answer =
  | { readonly kind: "qr"; readonly qr: string }
  | { readonly kind: "code"; readonly code: string }
  | { readonly kind: "done"; readonly [detail: string]: string }
  | { readonly kind: "failed"; readonly reason: string };

export interface RequestsOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly sealing: Sealing;
  readonly log: Logger;
  readonly whatsapp: WhatsApp;
  readonly organizations: Organizations;
  readonly sessions: Sessions;
  readonly underWay: Pick<UnderWay, "run">;
  readonly erasure: {
    contact(organization: string, contact: Contact, lease: Lease, acts: boolean): Promise<number>;
    organization(
      organization: string,
      lease: Lease,
      acts: boolean,
    ): Promise<{ readonly loggedOut: boolean; readonly entries: number }>;
  };
  lease(shard: number): Lease | undefined;
  /** Why an organization cannot have these settings here, as a sentence; undefined where it can. */
  refusal?(settings: OrganizationSettings): string | undefined;
}

/**
 * What operators ask for, through the store: a worker takes no inbound traffic on some hosts, and only the owner of
 * a shard can act for it. Every process sees a request with its heartbeat; the owner takes and answers it.
 */
export class Requests {
  readonly #options: RequestsOptions;
  /** Request → organization, of those that are being done. */
  readonly #doing = new Map<string, string>();
  /** Organizations whose session is being taken over. */
  readonly #importing = new Set<string>();

  constructor(options: RequestsOptions) {
    this.#options = options;
  }

  /** Whether an operator waits for what this process is doing with the organization's session. */
  busy(organization: string): boolean {
    return (
      [...this.#doing.values()].includes(organization) ||
      this.#options.sessions.of(organization)?.status === "pairing"
    );
  }

  async handle(requests: ReadonlyMap<string, string>): Promise<void> {
    await Promise.all([...requests].map(([id, json]) => this.#handle(id, json)));
  }

  async #handle(id: string, json: string): Promise<void> {
    const parsed = requestSchema.safeParse(parseJson(json));
    if (!parsed.success) {
      if (await this.#take(id)) await this.#answer(id, { kind: "failed", reason: explain(parsed.error) });
      return;
    }
    const { organization } = parsed.data;
    const lease = this.#options.lease(shardOf(organization));
    if (lease === undefined) return;
    // In the same breath as the look at the lease: what is let go from here on waits until this is done.
    this.#doing.set(id, organization);
    try {
      await this.#options.underWay.run(organization, () => this.#do(id, parsed.data, lease));
    } finally {
      this.#doing.delete(id);
    }
  }

  /** Once, by whoever removes it. */
  async #take(id: string): Promise<boolean> {
    const { redis, keys } = this.#options;
    return (await redis.hdel(keys.requests, id)) > 0;
  }

  async #do(id: string, request: Request, lease: Lease): Promise<void> {
    const { log } = this.#options;
    if (!(await this.#take(id))) return;
    if (Date.now() - request.at > ANSWER_SECONDS * 1000) {
      log.warn("request too old", { request: id, verb: request.verb });
      return;
    }
    log.info("request", { request: id, verb: request.verb, organization: request.organization });
    try {
      await this.#act(id, request, lease);
    } catch (error) {
      log.error("request failed", { request: id, ...errorFields(error) });
      await this.#answer(id, {
        kind: "failed",
        reason: error instanceof Error ? error.message : String(error),
      });
    }
  }

  async #act(id: string, request: Request, lease: Lease): Promise<void> {
    const { organizations, sessions } = this.#options;
    const { organization } = request;
    switch (request.verb) {
      case "org add": {
        const reason = this.#options.refusal?.(request.settings);
        if (reason !== undefined) {
          await this.#answer(id, { kind: "failed", reason });
          return;
        }
        const saved = await organizations.save(organization, request.settings);
        await sessions.open(organization, lease);
        await this.#answer(id, { kind: "done", saved });
        return;
      }
      case "pair": {
        // The shard may have come with the same beat as the request.
        await sessions.settled();
        const session = sessions.of(organization);
        if (session === undefined) await this.#answer(id, unknown(organization));
        else await session.pair((event) => this.#tell(id, event), request.number);
        return;
      }
      case "session import": {
        await sessions.settled();
        if (sessions.of(organization) === undefined) await this.#answer(id, unknown(organization));
        else await this.#import(id, request, lease);
        return;
      }
      case "erase contact": {
        await sessions.settled();
        const entries = await this.#options.erasure.contact(
          organization,
          request.contact,
          lease,
          !request.dryRun,
        );
        await this.#answer(id, { kind: "done", entries: String(entries) });
        return;
      }
      case "erase organization": {
        await sessions.settled();
        const { loggedOut, entries } = await this.#options.erasure.organization(
          organization,
          lease,
          !request.dryRun,
        );
        await this.#answer(id, {
          kind: "done",
          entries: String(entries),
          loggedOut: loggedOut ? "yes" : "no",
        });
        return;
      }
    }
  }

  /** One at a time: of two, the second would be the first to find the organization linked. */
  async #import(
    id: string,
    request: { readonly organization: string; readonly parts: number },
    lease: Lease,
  ): Promise<void> {
    const { organization } = request;
    if (this.#importing.has(organization)) {
      const reason = `another session of ${organization} is being taken over at this moment`;
      await this.#answer(id, { kind: "failed", reason });
      return;
    }
    this.#importing.add(organization);
    try {
      await importSession(this.#options, { id, ...request }, lease, (event) => this.#tell(id, event));
    } finally {
      this.#importing.delete(organization);
    }
  }

  #tell(id: string, event: PairingEvent): void {
    const answer: Answer = event.kind === "paired" ? { kind: "done", account: event.account } : event;
    this.#answer(id, answer).catch((error: unknown) =>
      this.#options.log.warn("answer not given", { request: id, ...errorFields(error) }),
    );
  }

  async #answer(request: string, answer: Answer): Promise<void> {
    const { redis, keys } = this.#options;
    const key = keys.answers(request);
    await redis.multi().rpush(key, JSON.stringify(answer)).expire(key, ANSWER_SECONDS).exec();
  }
}

function unknown(organization: string): Answer {
  const reason = `organization ${organization} is not known: add it first with "oxy org add ${organization}"`;
  return { kind: "failed", reason };
}

/** Of settings a line each, with the place within them: whoever has them in a file finds it there. */
function explain(error: z.ZodError): string {
  const inSettings = error.issues.filter(({ path }) => path[0] === "settings");
  if (inSettings.length < error.issues.length) return z.prettifyError(error);
  return explainSettings(
    new z.ZodError(inSettings.map((issue) => Object.assign({}, issue, { path: issue.path.slice(1) }))),
  );
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
