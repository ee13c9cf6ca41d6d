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

export interface OutboxOptions {
  readonly record: ConversationRecord;
  readonly log: Logger;
  /** How long to wait for the server's ack before a part is sent again, in ms. */
  readonly ackMs: number;
  lease(organization: string): Lease | undefined;
  wire(organization: string): Wire | undefined;
  /** A conversation has something to answer again. */
  wake(conversation: Conversation): void;
  acked(conversation: Conversation, part: Part, next: Next | "unknown"): void;
}

/** Sends what the record has in its outboxes: a part at a time, the next one after the server's ack. */
export class Outbox {
  readonly #options: OutboxOptions;
  /** Parts on their way from this process, by WhatsApp id. An ack names only that. */
  readonly #onTheWay = new Map<string, { conversation: Conversation; part: Part }>();
  readonly #awaited = new Set<() => void>();

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Sends the next part if there is one, nothing is on its way, and the socket is open. @throws LeaseLost */
  async deliver(conversation: Conversation): Promise<void> {
    const { record, log, ackMs } = this.#options;
    const { organization, chat } = conversation;
    const lease = this.#options.lease(organization);
    const wire = this.#options.wire(organization);
    // Not marked as sent while it cannot be: it would then wait for an ack that cannot come.
    if (lease === undefined || wire === undefined) return;
    const part = await record.sent(lease, conversation, { ackMs, wire: wire.id });
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

  async acknowledge(organization: string, ack: ServerAck): Promise<void> {
    const { record, log } = this.#options;
    const sent = this.#onTheWay.get(ack.id);
    const lease = this.#options.lease(organization);
    if (sent === undefined || lease === undefined) return;
    this.#onTheWay.delete(ack.id);
    const { conversation, part } = sent;
    if (ack.kind === "refused")
      log.warn("part refused", { organization, chat: conversation.chat, id: ack.id, code: ack.code });
    const next =
      ack.kind === "acked"
        ? await record.acked(lease, conversation, ack.id)
        : await record.refused(lease, conversation, ack.id, `WhatsApp error ${ack.code}`);
    this.#options.acked(conversation, part, next);
    if (next === "part") await this.deliver(conversation);
    if (next === "turn") this.#options.wake(conversation);
    this.#settle();
  }

  /** No ack can come any more for what went out on the organization's last socket. */
  disconnected(organization: string): void {
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
