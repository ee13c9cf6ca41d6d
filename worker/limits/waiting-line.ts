import type { Conversation } from "../conversation/types.ts";
import type { Kind } from "./fleet-rate.ts";

/**
 * Conversations that have something to send and may not yet: replies before bulk, and the organizations by turns, so that
 * many of one keep no other from its next message.
 */
export class WaitingLine {
  /** Organization → chats, in the order in which they came; the organizations in the order of their turns. */
  readonly #lines: Readonly<Record<Kind, Map<string, Set<string>>>> = { reply: new Map(), bulk: new Map() };

  has(kind: Kind): boolean {
    return this.#lines[kind].size > 0;
  }

  add(kind: Kind, { organization, chat }: Conversation): void {
    const chats = this.#lines[kind].get(organization) ?? new Set();
    this.#lines[kind].set(organization, chats.add(chat));
  }

  /** Whose turn it is; they leave the line. */
  next(kind: Kind): Conversation | undefined {
    const line = this.#lines[kind];
    for (const [organization, chats] of line) {
      line.delete(organization);
      for (const chat of chats) {
        chats.delete(chat);
        if (chats.size > 0) line.set(organization, chats);
        return { organization, chat };
      }
    }
    return undefined;
  }

  /** Its socket is gone; the next one brings up again what it has to send. */
  forget(organization: string): void {
    for (const line of Object.values(this.#lines)) line.delete(organization);
  }
}
