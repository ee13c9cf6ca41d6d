import type { OrganizationSettings } from "../sessions/organization.ts";
import type { Conversation } from "./types.ts";

/** WhatsApp lets it lapse after some 25 s. */
const REFRESH_MS = 10_000;

/** An open socket, as far as it shows the customer what goes on here. */
interface Shown {
  typing(chat: string, on: boolean): Promise<void>;
  read(chat: string, messages: readonly string[]): Promise<void>;
}

export interface PresenceOptions {
  wire(organization: string): Shown | undefined;
  settings(organization: string): Pick<OrganizationSettings, "typing" | "readReceipts"> | undefined;
}

/** What the customer sees of an answer that is on its way. At best: nothing waits for it, and nothing fails with it. */
export class Presence {
  readonly #options: PresenceOptions;

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  /** Somebody types, until the returned function is called. */
  thinking(conversation: Conversation): () => void {
    if (this.#options.settings(conversation.organization)?.typing !== true) return () => {};
    const show = (on: boolean): void => {
      this.#quietly(conversation, (wire) => wire.typing(conversation.chat, on));
    };
    show(true);
    const refresh = setInterval(show, REFRESH_MS, true);
    return () => {
      clearInterval(refresh);
      show(false);
    };
  }

  /** These messages have their answer. */
  answered(conversation: Conversation, messages: readonly string[]): void {
    if (this.#options.settings(conversation.organization)?.readReceipts !== "on-answer") return;
    this.#quietly(conversation, (wire) => wire.read(conversation.chat, messages));
  }

  #quietly(conversation: Conversation, show: (wire: Shown) => Promise<void>): void {
    const wire = this.#options.wire(conversation.organization);
    if (wire !== undefined) show(wire).catch(() => {});
  }
}
