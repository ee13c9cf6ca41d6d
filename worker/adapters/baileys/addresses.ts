import {
  isLidUser,
  isPnUser,
  jidDecode,
  jidNormalizedUser,
  type SignalRepositoryWithLIDStore,
} from "@whiskeysockets/baileys";
import type { SessionState } from "./session-state.ts";

type Lids = SignalRepositoryWithLIDStore["lidMapping"];

/** Which chats are kept under the number, because nobody knew the LID when they began. */
const KEPT_BY_NUMBER = "chat-by-number:";
/** As WhatsApp writes them; nothing else becomes a part of keys. */
const CHAT = /^\d{1,20}@[a-z.]{1,20}$/;
const NUMBER = /^\d{7,15}$/;

/** A person as the record knows them. */
export interface Place {
  readonly chat: string;
  /** Digits of the phone number, where it is known. */
  readonly number: string | undefined;
}

/**
 * One chat for each person, whichever address they write from: the LID, or the number where no LID was known when the
 * chat began. That stays so when it is learned later: the chat would else be two.
 */
export class Addresses {
  readonly #state: SessionState;

  constructor(state: SessionState) {
    this.#state = state;
  }

  /**
   * @param address the person's, by number or LID
   * @param other the other one, where WhatsApp names it along
   * @param lids asked where it does not; it may ask the network
   * @returns undefined for an address that is no person's
   */
  async place(address: string, other: string | undefined, lids: Lids): Promise<Place | undefined> {
    const named = [jidNormalizedUser(address), jidNormalizedUser(other)];
    let lid = named.find((jid) => isLidUser(jid));
    let pn = named.find((jid) => isPnUser(jid));
    lid ??= jidNormalizedUser((await lids.getLIDForPN(jidNormalizedUser(address))) ?? undefined) || undefined;
    pn ??= jidNormalizedUser((await lids.getPNForLID(jidNormalizedUser(address))) ?? undefined) || undefined;
    const digits = jidDecode(pn)?.user;
    const number = digits !== undefined && NUMBER.test(digits) ? digits : undefined;
    const chat = (number !== undefined && this.#keptByNumber(number)) || (lid ?? named[0]!);
    if (!CHAT.test(chat)) return undefined;
    if (lid === undefined && number !== undefined && !this.#keptByNumber(number))
      await this.#state.write(new Map([[KEPT_BY_NUMBER + number, JSON.stringify(chat)]]));
    return { chat, number };
  }

  /** The chat of a number without asking anybody; undefined where it is not known. */
  known(number: string): string | undefined {
    const kept = this.#keptByNumber(number);
    if (kept !== undefined) return kept;
    const lid = this.#state.read("lid-mapping", number);
    return typeof lid === "string" ? `${lid}@lid` : undefined;
  }

  #keptByNumber(number: string): string | undefined {
    return this.#state.readPlain<string>(KEPT_BY_NUMBER + number);
  }
}
