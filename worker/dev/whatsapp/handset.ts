import { randomBytes } from "node:crypto";
import { EventEmitter } from "node:events";
import { encodeWAMessage, type BinaryNode, type proto } from "@whiskeysockets/baileys";
import { bundleFromRetry, KeyRing } from "./keys.ts";
import { child, element, SERVER } from "./node.ts";
import type { Phone } from "./phone.ts";
import { Ratchet, type CipherType } from "./ratchet.ts";
import type { Watch } from "./watch.ts";

export interface Identity {
  /** Digits only. */
  number: string;
  /** Digits only, without the server part. */
  lid: string;
  name: string;
}

/** A ciphertext from a companion as it reaches a handset. */
export interface Letter {
  id: string;
  phone: Phone;
  /** The device of the phone's number that wrote it. */
  device: number;
  /** How the sender addressed the message. */
  to: string;
  type: CipherType;
  ciphertext: Uint8Array;
}

interface Sent {
  attributes: Record<string, string | undefined>;
  message: proto.IMessage;
  chat: string;
}

export interface HandsetEvents {
  displayed: [{ id: string; text: string; at: number; phone: Phone; message: proto.IMessage }];
  suppressed: [string];
  undecryptable: [{ id: string; error: string }];
}

/** A primary device that the simulator plays: somebody's phone with the app on it. */
export abstract class Handset extends EventEmitter<HandsetEvents> {
  readonly number: string;
  readonly lid: string;
  readonly name: string;
  protected readonly watch: Watch;
  protected ratchet: Ratchet;
  readonly #sent = new Map<string, Sent>();
  #queue: Promise<void> = Promise.resolve();

  constructor(identity: Identity, watch: Watch) {
    super();
    this.number = identity.number;
    this.lid = `${identity.lid}@lid`;
    this.name = identity.name;
    this.watch = watch;
    this.ratchet = new Ratchet(identity.number, new KeyRing());
  }

  get jid(): string {
    return this.number + SERVER;
  }

  get keys(): KeyRing {
    return this.ratchet.keys;
  }

  abstract receive(letter: Letter): void;

  /** One thing after the other: two steps of a ratchet at a time would lose one of them. */
  protected serially(work: () => Promise<void>): void {
    this.#queue = this.#queue.then(work).catch((error: unknown) => this.watch.failed(error));
  }

  /** Resolves when all that was asked of this handset until now is done. */
  async idle(): Promise<void> {
    await this.#queue;
  }

  /** Resolves with the first truthy answer of the predicate, which is asked again after every event. */
  async waitFor<T>(predicate: () => T, timeoutMs?: number): Promise<Exclude<T, false | undefined | null>> {
    return await this.watch.waitFor(predicate, timeoutMs);
  }

  /** Encrypts for the phone's companion and leaves the stanza with the server. */
  protected post(
    phone: Phone,
    chat: string,
    attributes: Record<string, string | undefined> & { id: string },
    message: proto.IMessage,
  ): void {
    const sent: Sent = { attributes, message, chat };
    this.#sent.set(`${phone.number}/${attributes.id}`, sent);
    this.serially(async () => await this.#write(phone, sent));
  }

  /** The companion could not decrypt a message of this handset. */
  retry(phone: Phone, receipt: BinaryNode): void {
    const sent = this.#sent.get(`${phone.number}/${receipt.attrs["id"]}`);
    const companion = phone.companion;
    if (!sent || !companion) return;
    const count = Number(child(receipt, "retry")?.attrs["count"] ?? 1);
    this.serially(async () => {
      const bundle = bundleFromRetry(receipt) ?? (count > 1 ? phone.takeBundle(companion) : undefined);
      if (bundle) await this.ratchet.begin(companion.address, bundle);
      await this.#write(phone, sent, count);
    });
  }

  async #write(phone: Phone, sent: Sent, count?: number): Promise<void> {
    const { companion } = phone;
    if (!companion) return;
    if (!this.ratchet.hasSession(companion.address)) {
      await this.ratchet.begin(companion.address, phone.takeBundle(companion));
    }
    const { type, ciphertext } = await this.ratchet.encrypt(companion.address, encodeWAMessage(sent.message));
    const enc = element("enc", { v: "2", type, count: count?.toString() }, ciphertext);
    phone.deliver(element("message", sent.attributes, [enc]), sent.chat);
  }
}

export function newMessageId(): string {
  return randomBytes(16).toString("hex").toUpperCase();
}
