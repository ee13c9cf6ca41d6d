import type { Sealing } from "../adapters/redis/sealing.ts";
import { sealBody, sealInbox } from "./sealed.ts";
import type { Conversation } from "./types.ts";

/** A decrypted message, by what it means for the conversation. */
export type Inbound =
  /** A customer's text, to be answered. */
  | {
      readonly kind: "customer";
      readonly id: string;
      readonly sender: string;
      /** WhatsApp's timestamp, in ms. */
      readonly at: number;
      readonly text: string;
      /** The name the sender shows. */
      readonly name?: string | undefined;
    }
  /** The owner wrote to the customer on the phone: the AI keeps out. */
  | {
      readonly kind: "owner";
      readonly id: string;
      readonly sender: string;
      /** WhatsApp's timestamp, in ms. */
      readonly at: number;
      /** How long the AI keeps out, in ms from now. */
      readonly forMs: number;
      /** Undefined when it was no text. */
      readonly text?: string | undefined;
    }
  /** Anything else: kept so that a redelivery can be served, and left alone. */
  | { readonly kind: "other"; readonly id: string; readonly sender: string };

/**
 * What became of a message: "stored" to be answered; "silenced" when a person has the chat, so that it joined the
 * history only; "remembered" and left alone; "repeated" when it was received before, and nothing was written.
 */
export type Received = "stored" | "silenced" | "remembered" | "repeated";

/** What `receive` of `lua/inbound.lua` takes. `body` and `inbox` are sealed. */
export type InboundItem = Readonly<Record<string, string | number>>;

/** @param plain the decrypted bytes, kept for redeliveries */
export function encodeInbound(
  { organization, chat }: Conversation,
  inbound: Inbound,
  plain: Uint8Array,
  sealing: Sealing,
): InboundItem {
  const conversation = { organization, chat };
  const { kind, id, sender } = inbound;
  const item = {
    ...conversation,
    kind,
    id,
    sender,
    inbox: sealInbox(sealing, conversation, sender, id, plain),
  };
  if (inbound.kind === "other") return item;
  const dated = { ...item, at: inbound.at, ...(inbound.kind === "owner" ? { forMs: inbound.forMs } : {}) };
  if (inbound.text === undefined) return dated;
  const name = inbound.kind === "customer" ? inbound.name : undefined;
  return {
    ...dated,
    body: sealBody(sealing, conversation, { text: inbound.text, ...(name ? { name } : {}) }),
  };
}
