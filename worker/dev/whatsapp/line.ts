import type { BinaryNode } from "@whiskeysockets/baileys";
import type { Companion } from "./companion.ts";
import { Handset } from "./handset.ts";
import type { Bundle } from "./keys.ts";
import { MessageAnswers } from "./message-answers.ts";
import { element, nowSeconds, SERVER } from "./node.ts";
import { Sockets } from "./sockets.ts";

/** Below it the client uploads more when it is told so. */
const PRE_KEYS_LOW = 5;

/** A phone's number as the server sees it: its companion, the companion's sockets, and their faults. */
export abstract class Line extends Handset {
  /** Logins refused with 401. */
  refusedLogins = 0;
  /** Receipts of the client; type `delivery` when it names none. */
  readonly receipts: { id: string; type: string }[] = [];
  /** Messages that the client refused for good, with the error of its ack. */
  readonly nacks: { id: string; error: string }[] = [];
  companion: Companion | undefined;
  /** For the server's part of the simulator. */
  readonly sockets = new Sockets();
  readonly answers = new MessageAnswers((ack) => this.sockets.send(ack));
  #devices = 0;
  #notices = 0;

  /** Authenticated sockets at this moment, those included that are being closed. */
  get connections(): number {
    return this.sockets.count;
  }

  /** High-water mark of `connections`. */
  get maxConnections(): number {
    return this.sockets.max;
  }

  /** Accepted logins. */
  get totalConnections(): number {
    return this.sockets.total;
  }

  /** Sockets that were closed because another login took their place. */
  get conflicts(): number {
    return this.sockets.conflicts;
  }

  /** The longest time without a connection between two of them, in ms; from now on counted anew by {@link forgetGaps}. */
  get longestGapMs(): number {
    return this.sockets.longestGapMs;
  }

  forgetGaps(): void {
    this.sockets.longestGapMs = 0;
  }

  /** The companion is logged in and receives its messages. */
  get online(): boolean {
    return this.sockets.online;
  }

  /** A companion is, or has been, linked. */
  get linked(): boolean {
    return this.#devices > 0;
  }

  /** Messages that the companion has not confirmed. */
  get pending(): number {
    return this.#unconfirmed().length;
  }

  get retryReceipts(): number {
    return this.receipts.filter(({ type }) => type === "retry").length;
  }

  /** One-time keys that the server still has for the companion. */
  get preKeys(): number {
    return this.companion?.keys.count ?? 0;
  }

  /** Do not confirm the client's messages, though they reach the contact. */
  get withholdAcks(): boolean {
    return this.answers.withhold;
  }

  set withholdAcks(withhold: boolean) {
    this.answers.withhold = withhold;
  }

  get heldAcks(): number {
    return this.answers.held;
  }

  /** Sends what was withheld, to whichever socket is live, and withholds no more. */
  releaseAcks(): void {
    this.answers.release();
  }

  /** The next message is answered with this error and reaches nobody; each call refuses one more. */
  refuseNext(code: number): void {
    this.answers.refuseNext(code);
  }

  /** As if another login had taken the place of the live socket: 440. */
  kick(): void {
    this.sockets.kick();
  }

  /** Unlinks the companion: 401 on the live socket and on every later login. */
  logOut(): void {
    this.companion = undefined;
    this.answers.forget();
    this.sockets.unlink();
    this.watch.changed();
  }

  /** Cuts the TCP connection. */
  drop(): void {
    this.sockets.drop();
  }

  /** The live socket stays open, and nothing goes through it in either direction. */
  stall(): void {
    this.sockets.stall();
  }

  /** What a stall held up comes through, in order. */
  resume(): void {
    this.sockets.resume();
  }

  /** Writes again what is unconfirmed, or the message with this id even if it was confirmed. */
  redeliver(id?: string): void {
    const mailbox = this.companion?.mailbox;
    const messages = id === undefined ? this.#unconfirmed() : (mailbox?.reopen(id) ?? []);
    if (this.online) for (const message of messages) this.sockets.send(message);
  }

  /** Leaves a stanza with the server for the companion, and writes it if it is there. */
  deliver(node: BinaryNode, chat: string): void {
    this.companion?.mailbox.put(node, chat);
    if (this.companion && this.online) this.sockets.send(node);
    this.watch.changed();
  }

  takeBundle(companion: Companion): Bundle {
    const bundle = companion.keys.take();
    const { count } = companion.keys;
    if (count < PRE_KEYS_LOW && this.online) {
      const attributes = { from: SERVER, id: `low-${++this.#notices}`, type: "encrypt", t: nowSeconds() };
      this.sockets.send(element("notification", attributes, [element("count", { value: count.toString() })]));
    }
    return bundle;
  }

  nextDevice(): number {
    return this.#devices + 1;
  }

  /** A new companion takes the place of an older one. */
  link(companion: Companion): void {
    if (this.companion) this.logOut();
    this.#devices = companion.device;
    this.companion = companion;
    this.watch.changed();
  }

  /** Without the history that the phone itself shares. */
  #unconfirmed(): BinaryNode[] {
    const messages = this.companion?.mailbox.pending("message") ?? [];
    return messages.filter(({ attrs }) => attrs["category"] !== "peer");
  }

  /** Something about this phone was changed from outside. */
  announce(): void {
    this.watch.changed();
  }
}
