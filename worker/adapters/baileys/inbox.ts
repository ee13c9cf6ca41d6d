import { createHash } from "node:crypto";
import {
  jidNormalizedUser,
  proto,
  unpadRandomMax16,
  type AuthenticationCreds,
  type BinaryNode,
  type SignalRepositoryWithLIDStore,
} from "@whiskeysockets/baileys";
import type { Inbound, InboundItem, Received } from "../../conversation/inbound.ts";
import type { ConversationRecord } from "../../conversation/record.ts";
import type { Conversation } from "../../conversation/types.ts";
import type { Logger } from "../../runtime/logging.ts";
import type { OrganizationSettings } from "../../sessions/organization.ts";
import type { ConnectionEvents } from "../../sessions/whatsapp.ts";
import type { Addresses, Place } from "./addresses.ts";
import type { MissedCall } from "./calls.ts";
import { meaningOf, meaningOfOwners, type Envelope } from "./meaning.ts";
import { isPerson } from "./people.ts";
import { readMessage } from "./reading.ts";
import { timeOf } from "./stanza-time.ts";
import { cleanLine } from "./words.ts";

/** A message without content, padded as on the wire: all that Baileys needs in order to confirm that one came. */
const EMPTY = Uint8Array.of(1);
/** Ids are names in keys; what WhatsApp itself makes is shorter. */
const ID = /^[\x21-\x7e]{1,128}$/;
/** There is something to answer, to send, or to think again. */
const TO_BE_LOOKED_AT: ReadonlySet<Received | undefined> = new Set([
  "stored",
  "acknowledged",
  "handed",
  "opted-out",
  "changed",
]);
/** It has its answer, or all the answer that it gets. */
const DEALT_WITH: ReadonlySet<Received | undefined> = new Set(["acknowledged", "handed", "opted-out"]);

export interface InboxOptions {
  readonly organization: string;
  settings(): OrganizationSettings;
  readonly creds: AuthenticationCreds;
  readonly addresses: Addresses;
  readonly record: ConversationRecord;
  readonly log: Logger;
  readonly events: ConnectionEvents;
  /** Shows the contact that messages were read. */
  read(chat: string, ids: readonly string[]): void;
}

/** A decrypted message: what the record receives, and what Baileys gets to see. */
export interface Decrypted {
  readonly item: InboundItem;
  readonly plain: Uint8Array;
}

/**
 * Turns what is decrypted into what the conversation's record receives, in the same write as the ratchet step.
 * Baileys' own message events come after its receipt and are not used: of what others send it learns only that it came,
 * so that nothing in it can make Baileys do anything.
 */
export class Inbox {
  readonly #options: InboxOptions;
  /** Baileys hands the repository a ciphertext without its stanza; the buffer is the same object, though. */
  readonly #stanzas = new WeakMap<Uint8Array, BinaryNode>();

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /** To be called with every frame, before Baileys sees it. */
  watch(frame: unknown): void {
    if (!isNode(frame) || frame.tag !== "message" || !Array.isArray(frame.content)) return;
    const encrypted = frame.content.filter(
      ({ tag, content }) => tag === "enc" && content instanceof Uint8Array,
    );
    // A group message carries a second one, with the sender's key; only a single one is the message itself.
    if (encrypted.length === 1) this.#stanzas.set(encrypted[0]!.content as Uint8Array, frame);
  }

  stanzaOf(ciphertext: Uint8Array): BinaryNode | undefined {
    return this.#stanzas.get(ciphertext);
  }

  /** The chat as the record names it, and who is there. Undefined for groups, status and the like. */
  async placeOf(
    stanza: BinaryNode,
    lids: SignalRepositoryWithLIDStore["lidMapping"],
  ): Promise<Place | undefined> {
    const { attrs } = stanza;
    const isMe = this.#isMe(attrs["from"]);
    const address = isMe ? (attrs["recipient"] ?? attrs["from"]) : attrs["from"];
    const other = isMe
      ? (attrs["recipient_lid"] ?? attrs["peer_recipient_lid"] ?? attrs["recipient_pn"])
      : (attrs["sender_lid"] ?? attrs["sender_pn"]);
    const place =
      address !== undefined && isPerson(address)
        ? await this.#options.addresses.place(address, other, lids)
        : undefined;
    if (place === undefined) this.#options.events.leftAlone(address?.split("@")[1] ?? "unknown");
    return place;
  }

  decrypted(stanza: BinaryNode, place: Place, plain: Uint8Array): Decrypted {
    const message = decoded(plain);
    const seen = message !== undefined && this.#isMe(stanza.attrs["from"]) ? plain : EMPTY;
    return { item: this.#item(place, this.#classify(stanza, place, message), seen), plain: seen };
  }

  /** A call that nobody took, as it is to be stored. */
  missedCall({ id, at }: MissedCall, place: Place): InboundItem {
    const envelope = { id: safeId(id), sender: place.chat, at, number: place.number };
    const reading = { is: "message", kind: "call", words: "", text: "[ligação não atendida]" } as const;
    return this.#item(place, meaningOf(reading, envelope, this.#options.settings(), Date.now()), EMPTY);
  }

  report(stanza: BinaryNode, { chat }: Place, [received]: readonly Received[]): void {
    const { organization, events } = this.#options;
    if (TO_BE_LOOKED_AT.has(received)) events.accepted({ organization, chat });
    if (received === "remembered") events.leftAlone(stanza.attrs["type"] ?? "message");
    const id = stanza.attrs["id"];
    if (id === undefined || stanza.tag !== "message" || this.#isMe(stanza.attrs["from"])) return;
    const { readReceipts } = this.#options.settings();
    const isRead =
      (readReceipts === "on-arrival" && received !== "remembered" && received !== "repeated") ||
      (readReceipts === "on-answer" && DEALT_WITH.has(received));
    if (isRead) this.#options.read(chat, [id]);
  }

  /** What Baileys saw of a message that was decrypted before. */
  async find(stanza: BinaryNode, { chat }: Place): Promise<Uint8Array | undefined> {
    const conversation: Conversation = { organization: this.#options.organization, chat };
    return await this.#options.record.inboxed(conversation, this.#senderOf(stanza, chat), idOf(stanza));
  }

  #item({ chat }: Place, inbound: Inbound, plain: Uint8Array): InboundItem {
    const { organization, record } = this.#options;
    return record.encode({ organization, chat }, inbound, plain);
  }

  #classify(stanza: BinaryNode, place: Place, message: proto.Message | undefined): Inbound {
    const { attrs } = stanza;
    const sender = this.#senderOf(stanza, place.chat);
    const envelope: Envelope = {
      id: idOf(stanza),
      sender,
      at: timeOf(attrs["t"]),
      name: cleanLine(attrs["notify"]) || undefined,
      number: place.number,
    };
    const other: Inbound = { kind: "other", id: envelope.id, sender };
    if (message === undefined || attrs["category"] === "peer") return other;
    try {
      const settings = this.#options.settings();
      if (!this.#isMe(attrs["from"])) {
        const meant = meaningOf(readMessage(message, attrs["type"]), envelope, settings, Date.now());
        return "of" in meant ? { ...meant, of: safeId(meant.of) } : meant;
      }
      // Notes to oneself silence nobody.
      if (attrs["recipient"] === undefined || this.#isMe(attrs["recipient"])) return other;
      const reading = readMessage(message.deviceSentMessage?.message ?? message, attrs["type"]);
      return meaningOfOwners(reading, envelope, settings);
    } catch (error) {
      // It would come again and again, and fail each time.
      // Its words may hold what was written.
      const why = error instanceof Error ? error.name : typeof error;
      this.#options.log.error("message not understood", { organization: this.#options.organization, why });
      return other;
    }
  }

  /** A repeated delivery may come from the sender's other address, so it is the one that the record knows. */
  #senderOf(stanza: BinaryNode, chat: string): string {
    const { me } = this.#options.creds;
    return this.#isMe(stanza.attrs["from"]) ? jidNormalizedUser(me?.lid ?? me?.id) : chat;
  }

  #isMe(jid: string | undefined): boolean {
    const user = jidNormalizedUser(jid);
    const { me } = this.#options.creds;
    return user !== "" && (user === jidNormalizedUser(me?.id) || user === jidNormalizedUser(me?.lid));
  }
}

/** Undefined for bytes that are no message: whoever sends such must not keep the ratchet from moving on. */
function decoded(plain: Uint8Array): proto.Message | undefined {
  try {
    return proto.Message.decode(unpadRandomMax16(plain));
  } catch {
    return undefined;
  }
}

function idOf(stanza: BinaryNode): string {
  return safeId(stanza.attrs["id"] ?? "");
}

/** An id that WhatsApp would not make is named by its hash. */
function safeId(id: string): string {
  return ID.test(id) ? id : createHash("sha256").update(id.toWellFormed()).digest("hex");
}

function isNode(frame: unknown): frame is BinaryNode {
  return typeof frame === "object" && frame !== null && "tag" in frame && "attrs" in frame;
}
