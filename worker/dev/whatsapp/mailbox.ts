import type { BinaryNode } from "@whiskeysockets/baileys";

/** What a companion has still to confirm, in the order in which it came. */
export class Mailbox {
  readonly #unconfirmed = new Map<string, BinaryNode>();
  /** Kept, so that it can be delivered again. */
  readonly #confirmed = new Map<string, BinaryNode>();

  /** @param chat the account of the other side, whichever of its addresses is used */
  put(node: BinaryNode, chat: string): void {
    const key = keyOf(node.tag, node.attrs["id"], chat, node.attrs["type"]);
    // A message sent again under its id takes the place of the one that could not be decrypted.
    this.#unconfirmed.delete(key);
    this.#unconfirmed.set(key, node);
  }

  settle(tag: string, id: string | undefined, chat: string, type: string | undefined): void {
    const key = keyOf(tag, id, chat, type);
    const node = this.#unconfirmed.get(key);
    if (!node) return;
    this.#unconfirmed.delete(key);
    if (tag === "message") this.#confirmed.set(key, node);
  }

  /** Unconfirmed stanzas, or only those of one kind. */
  pending(tag?: string): BinaryNode[] {
    return [...this.#unconfirmed.values()].filter((node) => tag === undefined || node.tag === tag);
  }

  /** Makes a message wait for its receipt again, even one that had it. */
  reopen(id: string): BinaryNode[] {
    for (const [key, node] of this.#confirmed) {
      if (node.attrs["id"] !== id) continue;
      this.#confirmed.delete(key);
      this.#unconfirmed.set(key, node);
    }
    return this.pending("message").filter((node) => node.attrs["id"] === id);
  }
}

function keyOf(tag: string, id: string | undefined, chat: string, type: string | undefined): string {
  // A message is confirmed by receipts whose types say something else than its own.
  return JSON.stringify([tag, id, chat, tag === "message" ? "" : (type ?? "")]);
}
