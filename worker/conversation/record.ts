import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import type { Script } from "../adapters/redis/script.ts";
import type { Sealing } from "../adapters/redis/sealing.ts";
import { runFenced } from "../sessions/fenced.ts";
import type { Lease } from "../sessions/lease.ts";
import { shardOf } from "../sessions/shards.ts";
import type { AiUsage } from "./completions.ts";
import { encodeInbound, type Inbound, type InboundItem, type Received } from "./inbound.ts";
import { conversationOf } from "./keys.ts";
import { messageId } from "./message-id.ts";
import { policyOf, type Policy } from "./policy.ts";
import { openBegun, openSendable, type ThoughtReply } from "./opening.ts";
import { readInboxed, readReceipt, readSentText, readView, type Receipted } from "./reading.ts";
import { scripts } from "./scripts.ts";
import { sealBody, sealFixed } from "./sealed.ts";
import type { Triggers } from "./starts.ts";
import { countsOf } from "./usage.ts";
import type {
  Begun,
  Conversation,
  Failed,
  FailOptions,
  HandOverOptions,
  Next,
  Offer,
  Sendable,
  Turn,
  View,
} from "./types.ts";

/** What the record needs to know of a deployment. */
export interface RecordOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly sealing: Sealing;
  /** Of an organization, at this moment; UTC and 90 days unless told. */
  policy?(organization: string): Policy;
  /** What messages start; nothing unless told. */
  readonly triggers?: Triggers | undefined;
}

/** Replies are 1. */
export const PRIORITY = { message: 1, campaign: 2, automation: 3 } as const;

/**
 * The record of every conversation in the store: each method is one call, atomic there. What takes a lease writes
 * nothing without it and throws LeaseLost. Texts are sealed before they leave the process.
 */
export class ConversationRecord {
  readonly #redis: Redis;
  readonly #keys: Keys;
  readonly #sealing: Sealing;
  readonly #policy: (organization: string) => Policy;
  readonly #triggers: Triggers | undefined;

  constructor({ redis, keys, sealing, policy, triggers }: RecordOptions) {
    this.#redis = redis;
    this.#keys = keys;
    this.#sealing = sealing;
    this.#policy = policy ?? (() => policyOf(undefined));
    this.#triggers = triggers;
  }

  /** A decrypted message as it is received, together with what it starts. */
  encode(conversation: Conversation, inbound: Inbound, plain: Uint8Array): InboundItem {
    const policy = this.#policy(conversation.organization);
    const starts = this.#triggers?.starts(conversation, inbound);
    const expects = inbound.kind === "owner" ? this.#expects(conversation) : {};
    return { ...encodeInbound(conversation, inbound, plain, this.#sealing, policy, starts), ...expects };
  }

  /** Stores a decrypted message by what it means. The WhatsApp adapter does so together with the ratchet step. */
  async receive(
    lease: Lease,
    conversation: Conversation,
    inbound: Inbound,
    plain: Uint8Array,
  ): Promise<Received> {
    return await this.#run(scripts.receive, lease, conversation, this.encode(conversation, inbound, plain));
  }

  /** A person took the chat over: the AI keeps out for `forMs`, and what is unanswered or unsent is left to them. */
  async silence(lease: Lease, conversation: Conversation, { forMs }: { forMs: number }): Promise<void> {
    await this.#run(scripts.silence, lease, conversation, { forMs });
  }

  /** Leaves a chat to people. Any process may: nothing is sent by it. "silenced" when they have it already, "stale" when the turn is not the caller's. */
  async handOver(
    conversation: Conversation,
    { forMs, reason, reply, turn: thought, usage }: HandOverOptions,
  ): Promise<"handed" | "silenced" | "stale"> {
    const { organization, chat } = conversation;
    const told = reply === undefined ? undefined : sealFixed(this.#sealing, conversation, reason, reply);
    const ends = thought && named(thought);
    const counts = countsOf(usage);
    const item = {
      organization,
      chat,
      forMs,
      reply: told,
      turn: ends,
      usage: counts,
      ...this.#policy(organization),
    };
    return (await scripts.handOver.run(
      this.#redis,
      [],
      [shardOf(organization), this.#keys.prefix, JSON.stringify(item)],
    )) as "handed" | "silenced" | "stale";
  }

  /**
   * Begins a turn if one is due, with all that is not answered.
   * @param attemptMs hard timeout of the attempt; after it the turn may be begun again
   */
  async begin(
    lease: Lease,
    conversation: Conversation,
    { attemptMs }: { attemptMs: number },
  ): Promise<Begun> {
    const token = randomUUID();
    const reply = await this.#run<ThoughtReply>(scripts.begin, lease, conversation, { token, attemptMs });
    return openBegun(this.#sealing, conversation, token, reply);
  }

  /** Queues the holding message; "held" when this turn has one, "stale" when it is not the caller's any more. */
  async hold(
    lease: Lease,
    conversation: Conversation,
    turn: Turn,
    text: string,
  ): Promise<"queued" | "held" | "stale"> {
    const part = { id: messageId(conversation, turn.turn, 0), body: this.#seal(conversation, text) };
    return await this.#run(scripts.hold, lease, conversation, { ...named(turn), ...part });
  }

  /** Ends the turn with an answer, part by part; "stale" when it is not the caller's any more. */
  async commit(
    lease: Lease,
    conversation: Conversation,
    turn: Turn,
    texts: readonly string[],
    usage?: AiUsage,
  ): Promise<"committed" | "stale"> {
    const parts = texts.map((text, index) => ({
      id: messageId(conversation, turn.turn, index + 1),
      body: this.#seal(conversation, text),
    }));
    const item = { ...named(turn), parts, usage: countsOf(usage) };
    return await this.#run(scripts.commit, lease, conversation, item);
  }

  /** Counts what an AI used outside of a turn. Any process may. */
  async spent(organization: string, usage: AiUsage): Promise<void> {
    const item = { organization, ...this.#policy(organization), usage: countsOf(usage) };
    await scripts.spent.run(this.#redis, [], [this.#keys.prefix, JSON.stringify(item)]);
  }

  /** Ends an attempt without an answer. */
  async fail(lease: Lease, conversation: Conversation, turn: Turn, options: FailOptions): Promise<Failed> {
    const { maxAttempts, backoffMs, patienceMs, fallback, holding, usage } = options;
    const reply = await this.#run<string>(scripts.fail, lease, conversation, {
      ...named(turn),
      ...{ maxAttempts, backoffMs, patienceMs },
      fallback: this.#seal(conversation, fallback),
      holding: holding && { body: this.#seal(conversation, holding.text), afterMs: holding.afterMs },
      usage: countsOf(usage),
      ids: [messageId(conversation, turn.turn, 0), messageId(conversation, turn.turn, 1)],
    });
    return JSON.parse(reply) as Failed;
  }

  /**
   * Queues a message that no turn made, once however often it is called within a week. Any process may: nothing is sent by it.
   */
  async enqueue(conversation: Conversation, offer: Offer): Promise<"queued" | "repeated"> {
    const { organization, chat } = conversation;
    const turn = `${offer.source} ${offer.run}`;
    const item = {
      organization,
      chat,
      turn,
      id: messageId(conversation, turn, offer.part),
      part: offer.part,
      priority: PRIORITY[offer.source],
      role: offer.source === "message" ? "assistant" : offer.source,
      counts: offer.source,
      body: this.#seal(conversation, offer.text),
      ...this.#policy(organization),
    };
    const args = [shardOf(organization), this.#keys.prefix, JSON.stringify(item)];
    return (await scripts.enqueue.run(this.#redis, [], args)) as "queued" | "repeated";
  }

  /**
   * Marks the first part as sent and returns it; to be called before its stanza is written.
   * @param ackMs how long to wait for the server's ack before the part is sent again; doubles with each send
   * @param wire the socket; a part that went out on another one is sent again at once
   * @param only a part that is no reply is left where it is
   */
  async sent(
    lease: Lease,
    conversation: Conversation,
    options: { ackMs: number; wire: string; only?: "replies" },
  ): Promise<Sendable> {
    const { ackMs, wire, only } = options;
    const reply = await this.#run<string>(scripts.sent, lease, conversation, { ackMs, wire, only });
    return openSendable(this.#sealing, conversation, reply);
  }

  /** The server acked a part; "unknown" when it is not on its way (any more). */
  async acked(lease: Lease, conversation: Conversation, id: string): Promise<Next | "unknown"> {
    return await this.#run(scripts.acked, lease, conversation, { id, ...this.#expects(conversation) });
  }

  /** The server refused a part: it and the rest of its turn are kept with the reason and not sent again. */
  async refused(
    lease: Lease,
    conversation: Conversation,
    id: string,
    reason: string,
  ): Promise<Next | "unknown"> {
    return await this.#run(scripts.refused, lease, conversation, { id, reason });
  }

  /** A person has a failed conversation tried again; "unchanged" when it has not failed. */
  async retry(lease: Lease, conversation: Conversation): Promise<"retried" | "unchanged"> {
    return await this.#run(scripts.retry, lease, conversation, {});
  }

  /**
   * Conversations due now in these shards, by rounds over the shards; shards that are not held are left out.
   * @param all also those that wait for something: after a take-over, what they wait for may never come
   */
  async sweep(leases: readonly Lease[], limit: number, { all = false } = {}): Promise<Conversation[]> {
    const args = [this.#keys.prefix, JSON.stringify({ leases, limit, all })];
    const members = (await scripts.sweep.run(this.#redis, [this.#keys.leases], args)) as string[];
    return members.map(conversationOf);
  }

  /** The conversation as a console shows it, without texts. */
  async view(conversation: Conversation): Promise<View> {
    return await readView(this.#redis, this.#keys.prefix, conversation);
  }

  /** Text of a part sent within the last week. @throws Unsealable */
  async sentText(organization: string, id: string): Promise<string | undefined> {
    return await readSentText(this.#redis, this.#keys.prefix, this.#sealing, organization, id);
  }

  /** How far a part sent within the last week has come; undefined while only the server has it. */
  async receiptOf(organization: string, id: string): Promise<Receipted | undefined> {
    return await readReceipt(this.#redis, this.#keys.prefix, organization, id);
  }

  /** Plaintext of a message received within the last 26 h. @throws Unsealable */
  async inboxed(conversation: Conversation, sender: string, id: string): Promise<Buffer | undefined> {
    return await readInboxed(this.#redis, this.#keys.prefix, this.#sealing, conversation, sender, id);
  }

  #expects(conversation: Conversation): object {
    const expects = this.#triggers?.expects(conversation) ?? [];
    return expects.length > 0 ? { expects } : {};
  }

  #seal(conversation: Conversation, text: string): string {
    return sealBody(this.#sealing, conversation, { text });
  }

  async #run<Reply>(
    script: Script,
    lease: Lease,
    { organization, chat }: Conversation,
    item: object,
  ): Promise<Reply> {
    const whole = { organization, chat, ...this.#policy(organization), ...item };
    return (await runFenced({ redis: this.#redis, keys: this.#keys }, script, lease, whole)) as Reply;
  }
}

/** Callers may pass the whole thought; its texts must not reach the store. */
function named({ turn, token }: Turn): Turn {
  return { turn, token };
}
