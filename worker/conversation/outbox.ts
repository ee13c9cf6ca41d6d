import type { Kind } from "../limits/fleet-rate.ts";
import { WaitingLine } from "../limits/waiting-line.ts";
import { errorFields, type Logger } from "../runtime/logging.ts";
import type { Lease } from "../sessions/lease.ts";
import type { ConversationRecord } from "./record.ts";
import type { Conversation, Next, Part } from "./types.ts";

/** A socket of the organization that is open, as the outbox needs it. */
interface Wire {
  /** Another one for every connection. */
  readonly id: string;
  send(chat: string, id: string, text: string): Promise<void>;
}

/** What the server said about a part. */
type ServerAck =
  | { readonly kind: "acked"; readonly id: string }
  | { readonly kind: "refused"; readonly id: string; readonly code: number };

/** What the processes of the fleet may send together. */
interface Limit {
  /** 0 when a message may go out now; else how long to wait before asking again, in ms. */
  take(kind: Kind): Promise<number>;
  /** What was taken is not needed after all. */
  giveBack(): void;
  /** Gets what was sent later, which nobody awaits. */
  later(work: Promise<void>): void;
}

/** After a failure to ask for the rate, in ms. */
const RATE_RETRY_MS = 1_000;

export interface OutboxOptions {
  readonly record: ConversationRecord;
  readonly log: Logger;
  /** None unless told. */
  readonly limit?: Limit | undefined;
  /** How long to wait for the server's ack before a part is sent again, in ms. */
  readonly ackMs: number;
  lease(organization: string): Lease | undefined;
  wire(organization: string): Wire | undefined;
  /** A conversation has something to answer again. */
  wake(conversation: Conversation): void;
  /** The server took a part, or refused it. */
  acked(conversation: Conversation, part: Part, kind: ServerAck["kind"]): void;
}

/** Sends what the record has in its outboxes: a part at a time, the next one after the server's ack. */
export class Outbox {
  readonly #options: OutboxOptions;
  /** Parts on their way from this process, by WhatsApp id. An ack names only that. */
  readonly #onTheWay = new Map<string, { conversation: Conversation; part: Part }>();
  readonly #awaited = new Set<() => void>();
  /** Conversations for which the fleet's rate leaves no room at this moment. */
  readonly #line = new WaitingLine();
  readonly #timers: Record<Kind, NodeJS.Timeout | undefined> = { reply: undefined, bulk: undefined };

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /**
   * Sends the next part if there is one, nothing is on its way, the socket is open, and the fleet's rate leaves room; where
   * it does not, as soon as it does.
   * @param kind what the next part is said to be: one that goes to many is found to be so without it, for a command more
   * @throws LeaseLost
   */
  async deliver(conversation: Conversation, kind: Kind = "reply"): Promise<void> {
    // Not marked as sent while it cannot be: it would then wait for an ack that cannot come.
    if (this.#way(conversation) === undefined) return;
    // Who waits already comes first.
    if (await this.#mayGo(kind, conversation)) await this.#send(kind, conversation);
  }

  /** Else it stands in line. */
  async #mayGo(kind: Kind, conversation: Conversation): Promise<boolean> {
    const { limit } = this.#options;
    if (limit === undefined) return true;
    let waitMs = 0;
    if (!this.#line.has(kind)) {
      waitMs = await limit.take(kind);
      if (waitMs === 0 && !this.#line.has(kind)) return true;
      // Others came while the store was asked.
      if (waitMs === 0) limit.giveBack();
    }
    this.#line.add(kind, conversation);
    this.#timers[kind] ??= setTimeout(() => void this.#goOn(kind, limit), waitMs).unref();
    return false;
  }

  /** Under a token of this kind. What is found not to need it is sent under another one, or waits for that. */
  async #send(kind: Kind, conversation: Conversation): Promise<void> {
    const { record, log, ackMs, limit } = this.#options;
    const { organization, chat } = conversation;
    // Asked again: both may have gone while the token was waited for.
    const way = this.#way(conversation);
    if (way === undefined) {
      limit?.giveBack();
      return;
    }
    const { lease, wire } = way;
    const only = kind === "reply" && limit !== undefined ? { only: "replies" as const } : {};
    const part = await record.sent(lease, conversation, { ackMs, wire: wire.id, ...only });
    if (part.kind !== "part") limit?.giveBack();
    if (part.kind === "bulk" && (await this.#mayGo("bulk", conversation)))
      await this.#send("bulk", conversation);
    if (part.kind === "unreadable") {
      log.error("part not sent: no key opens it", { organization, chat, id: part.id });
      await this.#follow(conversation, await record.refused(lease, conversation, part.id, "no key opens it"));
    }
    if (part.kind !== "part") return;
    this.#onTheWay.set(part.id, { conversation, part });
    if (part.repeat) log.info("part sent again", { organization, chat, id: part.id, sends: part.sends });
    try {
      await wire.send(chat, part.id, part.text);
    } catch (error) {
      // The record says that it is on its way; the sweep sends it again under the same id.
      log.warn("part not written", { organization, chat, id: part.id, ...errorFields(error) });
    }
  }

  #way({ organization }: Conversation): { lease: Lease; wire: Wire } | undefined {
    const lease = this.#options.lease(organization);
    const wire = this.#options.wire(organization);
    return lease === undefined || wire === undefined ? undefined : { lease, wire };
  }

  /** One after the other gets its token; the sending of one is not waited for by the next. */
  async #goOn(kind: Kind, limit: Limit): Promise<void> {
    let waitMs = 0;
    try {
      while (this.#line.has(kind) && waitMs === 0) {
        waitMs = await limit.take(kind);
        const next = waitMs === 0 ? this.#line.next(kind) : undefined;
        if (next !== undefined) limit.later(this.#send(kind, next));
        else if (waitMs === 0) limit.giveBack();
      }
    } catch (error) {
      // The record has them as due all the same.
      this.#options.log.warn("rate not asked", errorFields(error));
      waitMs = RATE_RETRY_MS;
    }
    this.#timers[kind] = this.#line.has(kind)
      ? setTimeout(() => void this.#goOn(kind, limit), waitMs).unref()
      : undefined;
  }

  async acknowledge(organization: string, ack: ServerAck): Promise<void> {
    const { record, log } = this.#options;
    const sent = this.#onTheWay.get(ack.id);
    const lease = this.#options.lease(organization);
    if (sent === undefined || lease === undefined) return;
    this.#onTheWay.delete(ack.id);
    const { conversation, part } = sent;
    if (ack.kind === "refused")
      log.warn("part refused", { organization, chat: conversation.chat, id: ack.id, code: ack.code });
    try {
      const next =
        ack.kind === "acked"
          ? await record.acked(lease, conversation, ack.id)
          : await record.refused(lease, conversation, ack.id, `WhatsApp error ${ack.code}`);
      this.#options.acked(conversation, part, ack.kind);
      await this.#follow(conversation, next);
    } finally {
      this.#settle();
    }
  }

  async #follow(conversation: Conversation, next: Next | "unknown"): Promise<void> {
    if (next === "part") await this.deliver(conversation);
    if (next === "turn") this.#options.wake(conversation);
  }

  /** No ack can come any more for what went out on the organization's last socket. */
  disconnected(organization: string): void {
    this.#line.forget(organization);
    for (const [id, { conversation }] of this.#onTheWay) {
      if (conversation.organization === organization) this.#onTheWay.delete(id);
    }
    this.#settle();
  }

  /**
   * Resolves when nothing of these organizations is on its way, or after `patienceMs`: what is left is sent again by the
   * next owner.
   */
  async idle(concerns: (organization: string) => boolean, patienceMs: number): Promise<void> {
    const busy = (): boolean =>
      [...this.#onTheWay.values()].some(({ conversation }) => concerns(conversation.organization));
    if (!busy() || patienceMs <= 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = (): void => {
      if (!busy()) resolve();
    };
    this.#awaited.add(look);
    const timer = setTimeout(resolve, patienceMs);
    await promise;
    clearTimeout(timer);
    this.#awaited.delete(look);
  }

  #settle(): void {
    for (const look of this.#awaited) look();
  }
}
