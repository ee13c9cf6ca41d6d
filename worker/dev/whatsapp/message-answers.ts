import type { BinaryNode } from "@whiskeysockets/baileys";
import { element, nowSeconds } from "./node.ts";

/** How the server answers the messages of one client. */
export class MessageAnswers {
  withhold = false;
  readonly #send: (ack: BinaryNode) => void;
  readonly #held: BinaryNode[] = [];
  readonly #refusals: number[] = [];

  constructor(send: (ack: BinaryNode) => void) {
    this.#send = send;
  }

  get held(): number {
    return this.#held.length;
  }

  refuseNext(code: number): void {
    this.#refusals.push(code);
  }

  /** False when the message is refused and must reach nobody. */
  answer(message: BinaryNode): boolean {
    const error = this.#refusals.shift()?.toString();
    const { id, to } = message.attrs;
    const ack = element("ack", { class: "message", id, from: to, t: nowSeconds(), error });
    if (error === undefined && this.withhold) this.#held.push(ack);
    else this.#send(ack);
    return error === undefined;
  }

  release(): void {
    this.withhold = false;
    for (const ack of this.#held.splice(0)) this.#send(ack);
  }

  forget(): void {
    this.#held.length = 0;
  }
}
