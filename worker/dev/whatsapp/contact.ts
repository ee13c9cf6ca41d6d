import { proto, unpadRandomMax16, type BinaryNode } from "@whiskeysockets/baileys";
import { sessionAddress } from "./companion.ts";
import { Handset, newMessageId, type Letter } from "./handset.ts";
import { bundleParts, KeyRing } from "./keys.ts";
import { textOf } from "./message-text.ts";
import { bigEndian, element, nowSeconds } from "./node.ts";
import type { Phone } from "./phone.ts";
import { Ratchet } from "./ratchet.ts";

/** Any message that the protocol has. */
export type AnyMessage = proto.IMessage;

export interface WriteOptions {
  id?: string;
  /** Which of the contact's addresses the message comes from; by number unless told. */
  addressing?: "pn" | "lid";
  /** Where it was written: a group, `status@broadcast`; the private chat unless told. */
  chat?: string;
}

export interface Displayed {
  id: string;
  /** Empty for a message without words. */
  text: string;
  /** Milliseconds since the epoch. */
  at: number;
  phone: Phone;
  message: proto.IMessage;
}

/** After so many, a phone gives up asking for a message again. */
const RETRIES_MAX = 5;

/** Somebody with whom the phones of the simulated world talk. */
export class Contact extends Handset {
  /** The messages that a person would have seen, each once. */
  readonly displayed: Displayed[] = [];
  /** Ids that came again and were therefore not shown. */
  readonly suppressed: string[] = [];
  readonly undecryptable: { id: string; error: string }[] = [];
  /** Every message stanza as it arrived, repeats included. */
  readonly wire: string[] = [];
  /** Receipts that companions sent for this contact's messages; type `delivery` when they name none. */
  readonly receipts: { id: string; type: string; phone: Phone }[] = [];
  /** Each time a companion said that it types, or does no more, in the chat with this contact. */
  readonly typing: { on: boolean; phone: Phone }[] = [];
  deliveryReceipts = true;
  readReceipts = false;
  readonly #seen = new Set<string>();
  readonly #retries = new Map<string, number>();

  /** Writes a text; returns its message id. */
  write(phone: Phone, text: string, options: WriteOptions = {}): string {
    return this.send(phone, { conversation: text }, options);
  }

  /** Sends any kind of message; returns its id. */
  send(phone: Phone, message: AnyMessage, options: WriteOptions = {}): string {
    if (!phone.linked) throw new Error(`${phone.number} has no companion that could receive a message`);
    const id = options.id ?? newMessageId();
    this.post(phone, options.chat ?? this.number, this.#envelope(id, message, options), message);
    return id;
  }

  /** Writes something else in the place of a message; returns the id of the change. */
  edit(phone: Phone, id: string, text: string, options: WriteOptions = {}): string {
    const type = proto.Message.ProtocolMessage.Type.MESSAGE_EDIT;
    const key = { remoteJid: phone.jid, fromMe: true, id };
    return this.send(
      phone,
      { protocolMessage: { key, type, editedMessage: { conversation: text } } },
      options,
    );
  }

  /** Takes a message back, from everybody. */
  revoke(phone: Phone, id: string, options: WriteOptions = {}): string {
    const type = proto.Message.ProtocolMessage.Type.REVOKE;
    return this.send(
      phone,
      { protocolMessage: { key: { remoteJid: phone.jid, fromMe: true, id }, type } },
      options,
    );
  }

  /** Sends what linked devices are told of, and not shown. */
  showOnce(phone: Phone): string {
    const withheld = element("unavailable", { type: "view_once_unavailable_fanout" });
    return this.#announce(phone, {}, [withheld]);
  }

  /** Writes after an advertisement: linked devices are told, and get it from the phone. */
  writeFromAdvertisement(phone: Phone, text: string): string {
    const message = { conversation: text };
    const id = this.#announce(phone, message, []);
    phone.keep(this, id, message);
    return id;
  }

  /** Rings, and hangs up when it is taken or declined on the phone, or nobody does; returns the call's id. */
  call(phone: Phone, outcome: "missed" | "taken" | "declined"): string {
    const id = newMessageId();
    const ring = (tag: string, attributes: Record<string, string> = {}): void => {
      const about = { "call-id": id, "call-creator": this.lid, caller_pn: this.jid, ...attributes };
      const stanza = { from: this.lid, id: newMessageId(), t: nowSeconds(), notify: this.name };
      phone.deliver(element("call", stanza, [element(tag, about)]), this.number);
    };
    this.serially(async () => {
      ring("offer");
      const reason = { missed: "timeout", taken: "accepted_elsewhere", declined: "rejected_elsewhere" }[
        outcome
      ];
      ring("terminate", { reason });
    });
    return id;
  }

  /** Posts in a channel, where messages are not encrypted. */
  publish(phone: Phone, newsletter: string, text: string): string {
    const id = newMessageId();
    const plain = proto.Message.encode({ conversation: text }).finish();
    const attributes = { from: newsletter, id, type: "text", t: nowSeconds(), server_id: "100" };
    this.serially(async () => {
      phone.deliver(element("message", attributes, [element("plaintext", {}, plain)]), newsletter);
    });
    return id;
  }

  /** Resolves with the message once a text or an id is displayed. */
  async waitForMessage(idOrText: string, timeoutMs?: number): Promise<Displayed> {
    return await this.waitFor(
      () => this.displayed.find(({ id, text }) => id === idOrText || text === idOrText),
      timeoutMs,
    );
  }

  /** As after a new installation: another identity, no sessions. `notify` tells the companions, as the server does. */
  rekey(options: { notify?: readonly Phone[] } = {}): void {
    this.ratchet = new Ratchet(this.number, new KeyRing());
    for (const phone of options.notify ?? []) {
      const id = newMessageId();
      phone.deliver(
        element("notification", { from: this.jid, id, type: "encrypt", t: nowSeconds() }, [
          element("identity"),
        ]),
        this.number,
      );
    }
  }

  override receive(letter: Letter): void {
    this.wire.push(letter.id);
    this.watch.changed();
    this.serially(async () => {
      try {
        const address = sessionAddress(letter.phone.number, letter.device);
        const plain = await this.ratchet.decrypt(address, letter.type, letter.ciphertext);
        const message = proto.Message.decode(unpadRandomMax16(plain));
        this.accept(letter.phone, letter.id, message);
      } catch (error) {
        if (!this.#failed(letter, error as Error)) return;
      }
      this.#acknowledge(letter);
    });
  }

  /** Shows what the owner wrote on the phone itself. */
  acceptFromOwner(phone: Phone, id: string, message: proto.IMessage): void {
    this.serially(async () => this.accept(phone, id, message));
  }

  protected accept(phone: Phone, id: string, message: proto.IMessage): void {
    const key = `${phone.number}/${id}`;
    if (this.#seen.has(key)) {
      this.suppressed.push(id);
      this.emit("suppressed", id);
    } else {
      this.#seen.add(key);
      const shown = { id, text: textOf(message), at: Date.now(), phone, message };
      this.displayed.push(shown);
      this.emit("displayed", shown);
    }
    this.watch.changed();
  }

  /** True when the message is a mere repeat, of which the sender may know that it arrived. */
  #failed(letter: Letter, error: Error): boolean {
    const { id, phone } = letter;
    const repeated = this.#seen.has(`${phone.number}/${id}`);
    if (repeated) {
      this.suppressed.push(id);
      this.emit("suppressed", id);
    }
    // The same ciphertext twice says nothing about the state of the session.
    const sameAgain = repeated && error.name === "MessageCounterError";
    if (!sameAgain) {
      const failure = { id, error: error.message };
      this.undecryptable.push(failure);
      this.emit("undecryptable", failure);
    }
    if (!repeated) this.#askAgain(letter);
    this.watch.changed();
    return repeated;
  }

  #askAgain({ id, phone, to }: Letter): void {
    const count = (this.#retries.get(id) ?? 0) + 1;
    if (count > RETRIES_MAX) return;
    this.#retries.set(id, count);
    const t = nowSeconds();
    const parts = [
      element("retry", { count: count.toString(), id, t, v: "1" }),
      element("registration", {}, bigEndian(this.keys.registrationId, 4)),
    ];
    if (count > 1) parts.push(element("keys", {}, bundleParts(this.keys.bundle())));
    phone.deliver(element("receipt", { from: to, id, type: "retry", t }, parts), this.number);
  }

  /** The client compares the sender of a receipt with the address to which it wrote. */
  #acknowledge({ id, phone, to }: Letter): void {
    const t = nowSeconds();
    if (this.deliveryReceipts) phone.deliver(element("receipt", { from: to, id, t }), this.number);
    if (this.readReceipts) phone.deliver(element("receipt", { from: to, id, t, type: "read" }), this.number);
  }

  /** Only what is said about a message goes out, with these parts. */
  #announce(phone: Phone, message: AnyMessage, parts: BinaryNode[]): string {
    const id = newMessageId();
    const stanza = element("message", this.#envelope(id, message, {}), parts);
    this.serially(async () => phone.deliver(stanza, this.number));
    return id;
  }

  #envelope(id: string, message: proto.IMessage, { addressing = "pn", chat }: WriteOptions) {
    const [own, other] = addressing === "pn" ? [this.jid, this.lid] : [this.lid, this.jid];
    const sender = chat === undefined ? "sender" : "participant";
    return {
      from: chat ?? own,
      participant: chat === undefined ? undefined : own,
      [`${sender}_${addressing === "pn" ? "lid" : "pn"}`]: other,
      addressing_mode: addressing === "lid" ? "lid" : undefined,
      id,
      type: message.reactionMessage
        ? "reaction"
        : message.conversation || message.extendedTextMessage
          ? "text"
          : "media",
      t: nowSeconds(),
      notify: this.name,
    };
  }
}
