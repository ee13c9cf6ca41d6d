import { proto, unpadRandomMax16 } from "@whiskeysockets/baileys";
import { sessionAddress } from "./companion.ts";
import type { Contact } from "./contact.ts";
import { newMessageId, type Identity, type Letter } from "./handset.ts";
import { Line } from "./line.ts";
import { textOf } from "./message-text.ts";
import { nowSeconds } from "./node.ts";
import type { Watch } from "./watch.ts";

/** The ways to link a companion. */
export interface Linking {
  scan(phone: Phone, qr: string): Promise<void>;
  enterCode(phone: Phone, code: string): Promise<void>;
}

/** The owner's phone: its companion is the client under test. */
export class Phone extends Line {
  /** What the owner sees on the phone of the companion's sent messages. */
  readonly mirrored: { id: string; text: string; to: string }[] = [];
  /** The companion's copies for this phone that it could not read. */
  readonly unreadable: { id: string; error: string }[] = [];
  /** What only the phone has, by id. */
  readonly #kept = new Map<string, { contact: Contact; message: proto.IMessage }>();
  readonly #linking: Linking;

  constructor(identity: Identity, watch: Watch, linking: Linking) {
    super(identity, watch);
    this.#linking = linking;
  }

  /** Links the client that shows this QR text; resolves when it has proved its keys. */
  async scan(qr: string): Promise<void> {
    await this.#linking.scan(this, qr);
  }

  /** Links the client that shows this pairing code, which it must have asked for before. */
  async enterCode(code: string): Promise<void> {
    await this.#linking.enterCode(this, code);
  }

  /** The owner writes on the phone itself; returns the message id. */
  say(contact: Contact, text: string, options: { id?: string; addressing?: "pn" | "lid" } = {}): string {
    const id = options.id ?? newMessageId();
    const message = { conversation: text };
    const byLid = options.addressing === "lid";
    const recipient = byLid ? contact.lid : contact.jid;
    const alternatives = byLid
      ? { addressing_mode: "lid", sender_pn: this.jid, recipient_pn: contact.jid }
      : { sender_lid: this.lid, recipient_lid: contact.lid };
    const from = byLid ? this.lid : this.jid;
    const attributes = {
      from,
      recipient,
      ...alternatives,
      id,
      type: "text",
      t: nowSeconds(),
      notify: this.name,
    };
    this.post(this, contact.number, attributes, {
      deviceSentMessage: { destinationJid: recipient, message },
    });
    contact.acceptFromOwner(this, id, message);
    return id;
  }

  /** @param payload a deflated history */
  shareHistory(payload: Uint8Array): void {
    const historySyncNotification = {
      syncType: proto.Message.HistorySyncType.INITIAL_BOOTSTRAP,
      progress: 100,
      chunkOrder: 1,
      initialHistBootstrapInlinePayload: payload,
    };
    const type = proto.Message.ProtocolMessage.Type.HISTORY_SYNC_NOTIFICATION;
    this.#tellCompanion({ type, historySyncNotification });
  }

  /** Has a message that its companion gets only by asking for it. */
  keep(contact: Contact, id: string, message: proto.IMessage): void {
    this.#kept.set(id, { contact, message });
  }

  #sendAgain(id: string): void {
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    const key = { remoteJid: kept.contact.jid, fromMe: false, id };
    const info = { key, message: kept.message, messageTimestamp: Number(nowSeconds()) };
    const webMessageInfoBytes = proto.WebMessageInfo.encode(info).finish();
    const peerDataOperationRequestResponseMessage = {
      peerDataOperationRequestType: proto.Message.PeerDataOperationRequestType.PLACEHOLDER_MESSAGE_RESEND,
      peerDataOperationResult: [{ placeholderMessageResendResponse: { webMessageInfoBytes } }],
    };
    const type = proto.Message.ProtocolMessage.Type.PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE;
    this.#tellCompanion({ type, peerDataOperationRequestResponseMessage });
  }

  /** Among the devices of one number. */
  #tellCompanion(protocolMessage: proto.Message.IProtocolMessage): void {
    const attributes = {
      from: this.jid,
      category: "peer",
      id: newMessageId(),
      type: "text",
      t: nowSeconds(),
    };
    this.post(this, this.number, attributes, { protocolMessage });
  }

  /** The companion's copy of a message that it sent. */
  override receive(letter: Letter): void {
    this.serially(async () => {
      try {
        const address = sessionAddress(this.number, letter.device);
        const plain = await this.ratchet.decrypt(address, letter.type, letter.ciphertext);
        const message = proto.Message.decode(unpadRandomMax16(plain));
        const copy = message.deviceSentMessage;
        const request = (copy?.message ?? message).protocolMessage?.peerDataOperationRequestMessage;
        for (const { messageKey } of request?.placeholderMessageResendRequest ?? [])
          this.#sendAgain(messageKey?.id ?? "");
        if (copy?.message && !request) {
          this.mirrored.push({ id: letter.id, text: textOf(copy.message), to: copy.destinationJid ?? "" });
        }
      } catch (error) {
        this.unreadable.push({ id: letter.id, error: (error as Error).message });
      }
      this.watch.changed();
    });
  }
}
