import type { Sealing } from "../adapters/redis/sealing.ts";
import type { Policy } from "./policy.ts";
import { sealBody, sealFixed, sealInbox } from "./sealed.ts";
import type { Start } from "./starts.ts";
import type { Conversation } from "./types.ts";

interface Message {
  readonly id: string;
  readonly sender: string;
}

interface Dated extends Message {
  /** WhatsApp's timestamp, in ms. */
  readonly at: number;
}

/** A decrypted message, by what it means for the conversation. */
export type Inbound =
  /** A text, to be answered. */
  | (Dated & {
      readonly kind: "customer";
      readonly text: string;
      /** The name the sender shows. */
      readonly name?: string | undefined;
      /** Digits of the sender's phone number, where it is known. */
      readonly number?: string | undefined;
      /** Set for the organization's own people, whom Aurora answers. */
      readonly who?: "team" | undefined;
      /** The sender wants no campaigns any more; they are told so once, with these words if there are any. */
      readonly optOut?: string | true | undefined;
      /** The sender wants them again. */
      readonly optIn?: true | undefined;
    })
  /** Understood, and not answered by the AI: `reply` goes out at most once in `everyMs`. */
  | (Dated & {
      readonly kind: "acknowledge";
      /** What it was, as the history has it. */
      readonly text: string;
      readonly name?: string | undefined;
      readonly number?: string | undefined;
      readonly who?: "team" | undefined;
      readonly reply?: string | undefined;
      readonly everyMs: number;
    })
  /** For people: the customer reads `reply`, and the AI keeps out for `forMs`. */
  | (Dated & {
      readonly kind: "hand-over";
      readonly text: string;
      readonly name?: string | undefined;
      readonly number?: string | undefined;
      readonly reply?: string | undefined;
      readonly forMs: number;
    })
  /** The sender changed the message `of`. */
  | (Dated & {
      readonly kind: "edit";
      readonly of: string;
      readonly text: string;
      /** What joins the conversation where the message was answered already. */
      readonly again: string;
      readonly name?: string | undefined;
      readonly number?: string | undefined;
      readonly who?: "team" | undefined;
    })
  /** The sender took the message `of` back. */
  | (Message & { readonly kind: "revoke"; readonly of: string })
  /** The owner wrote to the customer on the phone: the AI keeps out. */
  | (Dated & {
      readonly kind: "owner";
      /** How long the AI keeps out, in ms from now. */
      readonly forMs: number;
      /** Undefined when it was no text. */
      readonly text?: string | undefined;
    })
  /** Anything else: kept so that a redelivery can be served, and left alone. */
  | (Message & { readonly kind: "other" });

/**
 * What became of a message: "stored" to be answered; "silenced" when a person has the chat, so that it joined the
 * history only; "acknowledged" and "handed" over; "opted-out"; "changed" what was there; "remembered" and left alone;
 * "repeated" when it was received before, and nothing was written.
 */
export type Received =
  | "stored"
  | "silenced"
  | "acknowledged"
  | "handed"
  | "opted-out"
  | "changed"
  | "remembered"
  | "repeated";

/** What `receive` of `lua/inbound.lua` takes. Texts are sealed. */
export type InboundItem = Readonly<Record<string, unknown>>;

/**
 * @param plain the decrypted bytes, kept for redeliveries
 * @param starts what it begins, in the same write
 */
export function encodeInbound(
  { organization, chat }: Conversation,
  inbound: Inbound,
  plain: Uint8Array,
  sealing: Sealing,
  policy: Policy,
  starts: readonly Start[] = [],
): InboundItem {
  const conversation = { organization, chat };
  const { kind, id, sender } = inbound;
  const seal = (text: string, name?: string): string =>
    sealBody(sealing, conversation, { text, ...(name ? { name } : {}) });
  const notice = (text: string) => sealFixed(sealing, conversation, id, text);
  const item = {
    ...conversation,
    ...policy,
    kind,
    id,
    sender,
    inbox: sealInbox(sealing, conversation, sender, id, plain),
    ...(starts.length > 0 ? { starts } : {}),
  };
  switch (inbound.kind) {
    case "other":
      return item;
    case "revoke":
      return { ...item, of: inbound.of };
    case "owner": {
      const body = inbound.text === undefined ? undefined : seal(inbound.text);
      return { ...item, at: inbound.at, forMs: inbound.forMs, body };
    }
    case "edit": {
      const { at, of, text, again, name, number, who } = inbound;
      return { ...item, at, of, body: seal(text, name), again: seal(again, name), number, who };
    }
    case "customer": {
      const { at, text, name, number, who, optOut, optIn } = inbound;
      const told = typeof optOut === "string" ? notice(optOut) : optOut;
      return { ...item, at, body: seal(text, name), number, who, optIn, optOut: told };
    }
    case "acknowledge":
    case "hand-over": {
      const { at, text, name, number, reply } = inbound;
      const told = reply === undefined ? undefined : notice(reply);
      const own =
        inbound.kind === "acknowledge"
          ? { everyMs: inbound.everyMs, who: inbound.who }
          : { forMs: inbound.forMs };
      return { ...item, ...own, at, body: seal(text, name), number, reply: told };
    }
  }
}
