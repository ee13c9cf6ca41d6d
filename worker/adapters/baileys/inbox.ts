import {
  areJidsSameUser,
  getContentType,
  isHostedLidUser,
  isHostedPnUser,
  isLidUser,
  isPnUser,
  jidNormalizedUser,
  normalizeMessageContent,
  proto,
  unpadRandomMax16,
  type AuthenticationCreds,
  type BinaryNode,
  type SignalRepositoryWithLIDStore,
} from "@whiskeysockets/baileys";
import type { Conversation } from "../../conversation/types.ts";
import { encodeInbound, type Inbound, type InboundItem, type Received } from "../../conversation/inbound.ts";
import { policyOf } from "../../conversation/policy.ts";
import type { ConversationRecord } from "../../conversation/record.ts";
import type { OrganizationSettings } from "../../sessions/organization.ts";
import type { ConnectionEvents } from "../../sessions/whatsapp.ts";
import type { Sealing } from "../redis/sealing.ts";

const MINUTE_MS = 60_000;
/** What the owner does on the phone without writing to the customer. */
const NOT_WRITING: ReadonlySet<string> = new Set(["protocolMessage", "reactionMessage", "pollUpdateMessage"]);

export interface InboxOptions {
  readonly organization: string;
  settings(): OrganizationSettings;
  readonly creds: AuthenticationCreds;
  readonly record: ConversationRecord;
  readonly sealing: Sealing;
  readonly events: ConnectionEvents;
}

/**
 * Turns what is decrypted into what the conversation's record receives, in the same write as the ratchet step.
 * Baileys' own message events come after its receipt and are not used.
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

  /** The chat as the record names it: the LID where it is known. Undefined for groups, status and the like. */
  async chatOf(
    stanza: BinaryNode,
    lids: SignalRepositoryWithLIDStore["lidMapping"],
  ): Promise<string | undefined> {
    const { from, recipient } = stanza.attrs;
    const chat = this.#isMe(from) ? (recipient ?? from) : from;
    if (chat === undefined || !isPerson(chat)) {
      this.#options.events.leftAlone(chat?.split("@")[1] ?? "unknown");
      return undefined;
    }
    if (isLidUser(chat)) return jidNormalizedUser(chat);
    const { sender_lid: sender, recipient_lid: other, peer_recipient_lid: peer } = stanza.attrs;
    const lid =
      (this.#isMe(from) ? (other ?? peer) : sender) ?? (await lids.getLIDForPN(jidNormalizedUser(chat)));
    return jidNormalizedUser(lid ?? chat);
  }

  inbound(stanza: BinaryNode, chat: string, plain: Uint8Array): InboundItem[] {
    const { organization, sealing } = this.#options;
    const inbound = this.#classify(stanza, chat, plain);
    const policy = policyOf(this.#options.settings());
    return [encodeInbound({ organization, chat }, inbound, plain, sealing, policy)];
  }

  report(stanza: BinaryNode, chat: string, received: readonly Received[]): void {
    const { organization, events } = this.#options;
    // There is something to answer, to send, or to think again.
    if (["stored", "acknowledged", "handed", "opted-out", "changed"].includes(received[0] ?? ""))
      events.accepted({ organization, chat });
    if (received[0] === "remembered") events.leftAlone(stanza.attrs["type"] ?? "message");
  }

  /** The stored plaintext of a message that was decrypted before. */
  async find(stanza: BinaryNode, chat: string): Promise<Uint8Array | undefined> {
    const conversation: Conversation = { organization: this.#options.organization, chat };
    return await this.#options.record.inboxed(conversation, this.#senderOf(stanza, chat), idOf(stanza));
  }

  #classify(stanza: BinaryNode, chat: string, plain: Uint8Array): Inbound {
    const id = idOf(stanza);
    const sender = this.#senderOf(stanza, chat);
    const at = Number(stanza.attrs["t"] ?? 0) * 1000;
    const other: Inbound = { kind: "other", id, sender };
    if (stanza.attrs["category"] === "peer") return other;
    const sent = decoded(plain);
    if (sent === undefined) return other;
    const message = sent.deviceSentMessage?.message ?? sent;
    const text = textOf(message);
    if (this.#isMe(stanza.attrs["from"])) {
      // Notes to oneself silence nobody.
      if (stanza.attrs["recipient"] === undefined || this.#isMe(stanza.attrs["recipient"])) return other;
      if (NOT_WRITING.has(getContentType(normalizeMessageContent(message)) ?? "protocolMessage"))
        return other;
      const forMs = this.#options.settings().silenceMinutes * MINUTE_MS;
      return { kind: "owner", id, sender, at, forMs, text };
    }
    if (text === undefined) return other;
    if (Date.now() - at > this.#options.settings().answerUpToMinutes * MINUTE_MS) return other;
    return { kind: "customer", id, sender, at, text, name: stanza.attrs["notify"] };
  }

  /** A repeated delivery may come from the sender's other address, so it is the one that the record knows. */
  #senderOf(stanza: BinaryNode, chat: string): string {
    const { me } = this.#options.creds;
    return this.#isMe(stanza.attrs["from"]) ? jidNormalizedUser(me?.lid ?? me?.id) : chat;
  }

  #isMe(jid: string | undefined): boolean {
    const { me } = this.#options.creds;
    return areJidsSameUser(jid, me?.id) || areJidsSameUser(jid, me?.lid);
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

/** The text of a plain message; edits are another kind, they change a message that was answered. */
function textOf(message: proto.IMessage): string | undefined {
  if (message.editedMessage) return undefined;
  const content = normalizeMessageContent(message);
  const text = content?.conversation || content?.extendedTextMessage?.text;
  return text || undefined;
}

function isPerson(jid: string): boolean {
  return [isPnUser(jid), isLidUser(jid), isHostedPnUser(jid), isHostedLidUser(jid)].some(Boolean);
}

function idOf(stanza: BinaryNode): string {
  return stanza.attrs["id"] ?? "";
}

function isNode(frame: unknown): frame is BinaryNode {
  return typeof frame === "object" && frame !== null && "tag" in frame && "attrs" in frame;
}
