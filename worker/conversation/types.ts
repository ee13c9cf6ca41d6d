import type { AiUsage } from "./completions.ts";

/** One chat of one organization; `chat` is a JID, the canonical LID where it is known. */
export interface Conversation {
  readonly organization: string;
  readonly chat: string;
}

/** A message that is to be answered. */
export interface Unanswered {
  readonly sender: string;
  readonly id: string;
  /** WhatsApp's timestamp, in ms. */
  readonly at: number;
  /** When it was stored, in ms of store time. */
  readonly received: number;
  readonly text: string;
  readonly name?: string;
  /** Who wrote, where it was not a customer. */
  readonly who?: "team";
}

/** One entry of what was said in a conversation. */
export interface Said {
  readonly role: "customer" | "assistant" | "owner" | "campaign" | "automation";
  /** Ms: WhatsApp's timestamp of what was received, store time of what was sent. */
  readonly at: number;
  readonly text: string;
  readonly name?: string;
  /** WhatsApp's id of what was received. */
  readonly id?: string;
}

/** The right to end one thought. */
export interface Turn {
  readonly turn: number;
  readonly token: string;
}

/** A turn to think. */
export interface Thought extends Turn {
  readonly kind: "think";
  /**
   * 1 for the first attempt at this turn. Attempts that ran out of time count too, so it may pass what the
   * caller allows: then it is to fail without asking the AI.
   */
  readonly attempt: number;
  /** A holding message was queued in this turn. */
  readonly held: boolean;
  /** All that is not answered, oldest first; never empty. */
  readonly messages: readonly Unanswered[];
  /** What the organization's AI has cost today, in millionths of a USD, as far as prices are known. */
  readonly spentMicroUsd: number;
  /** Oldest first. */
  readonly history: readonly Said[];
  /**
   * How long the oldest message has waited, in ms by the store's clock; but for those whose sender was told before
   * that no answer comes.
   */
  readonly waitedMs: number;
}

export type Begun =
  | Thought
  /** Parts are to be sent first. */
  | { readonly kind: "send" }
  /** Being thought, or in back-off; look again at `until` (ms of store time). */
  | { readonly kind: "busy"; readonly until: number }
  /** Nothing to answer. */
  | { readonly kind: "rest" }
  /** Given up until the next message or a person's retry. */
  | { readonly kind: "failed" };

/** What a chat is handed to a person with. */
export interface HandOverOptions {
  /** How long the AI keeps out, in ms. */
  readonly forMs: number;
  /** Why, as one word or id: the same twice says it once. */
  readonly reason: string;
  /** What the customer reads, once however often it is handed over for this reason. */
  readonly reply?: string | undefined;
  /** The thought that comes to this: once it is not the caller's any more, nothing is handed over. */
  readonly turn?: Turn | undefined;
  /** What the AI used for that. */
  readonly usage?: AiUsage | undefined;
}

/** How a failed attempt is followed. */
export interface FailOptions {
  /** Attempts at one turn before it is given up. */
  readonly maxAttempts: number;
  /** Ms until the next attempt. */
  readonly backoffMs: number;
  /**
   * Set when it is nobody's fault: the attempt is not counted, and given up is once somebody has waited for so long, in ms.
   * What everybody was told of before that no answer comes has its attempts counted still.
   */
  readonly patienceMs?: number | undefined;
  /** What the customer reads once no answer can be had. */
  readonly fallback: string;
  /** What they read, once in the turn, where the next attempt is later than this since they wrote. */
  readonly holding?: { readonly text: string; readonly afterMs: number } | undefined;
  /** What the AI used all the same. */
  readonly usage?: AiUsage | undefined;
}

export type Failed =
  /** To be tried again after this back-off. */
  | { readonly kind: "again"; readonly inMs: number }
  /** That was the last attempt; the fallback message is queued. */
  | { readonly kind: "failed" }
  /** Not the caller's turn any more. */
  | { readonly kind: "stale" };

/** 1 replies, 2 campaigns, 3 automations. */
type Priority = 1 | 2 | 3;

/** A message that no turn made. */
export interface Offer {
  /** `message`: somebody waits for it, as for a reply. */
  readonly source: "message" | "campaign" | "automation";
  /** Identifies the message, or the campaign's or the automation's run; with `part` it makes the WhatsApp id. */
  readonly run: string;
  readonly part: number;
  readonly text: string;
}

export interface Part {
  readonly kind: "part";
  /** WhatsApp's id for it. */
  readonly id: string;
  /** Number of the turn, or the run of a campaign or automation. */
  readonly turn: number | string;
  readonly part: number;
  readonly priority: Priority;
  readonly text: string;
  /** It was sent before and not acked in time. */
  readonly repeat: boolean;
  /** How often it was sent, this time included. */
  readonly sends: number;
  /** When it was queued, in ms of store time. */
  readonly committedAt: number;
}

export type Sendable =
  | Part
  /** No key opens it any more: it is to be refused, or nothing behind it would ever be sent. */
  | { readonly kind: "unreadable"; readonly id: string }
  /** A part is on its way; it is to be repeated at `until` (ms of store time). */
  | { readonly kind: "busy"; readonly until: number }
  /** The next part is no reply, and only those were asked for. */
  | { readonly kind: "bulk" }
  | { readonly kind: "none" };

/** What to do next: send a part, begin a turn, or nothing at this moment. */
export type Next = "part" | "turn" | "rest";

export type State = "rest" | "waiting" | "thinking" | "sending" | "failed";

/** A part the server refused, without its text. */
export interface RefusedPart {
  readonly id: string;
  readonly turn: number | string;
  readonly part: number;
  readonly priority: Priority;
  readonly reason: string;
  /** When it was refused, in ms of store time. */
  readonly at: number;
}

/** A conversation as the console shows it; times in ms of store time. */
export interface View {
  readonly state: State;
  /** Number of the last turn, 0 before the first. */
  readonly turn: number;
  readonly attempts: number;
  /** How many messages are not answered. */
  readonly inbound: number;
  /** How many parts are not acked. */
  readonly outbound: number;
  readonly silentUntil: number | undefined;
  /** When it is looked at again; undefined at rest and in failure. */
  readonly due: number | undefined;
  readonly refused: readonly RefusedPart[];
}
