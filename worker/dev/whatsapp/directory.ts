import { jidDecode } from "@whiskeysockets/baileys";
import { Contact } from "./contact.ts";
import type { Handset } from "./handset.ts";
import { Phone } from "./phone.ts";

/** Who is reached under which number and LID. */
export class Directory {
  readonly #accounts = new Map<string, Handset>();

  add(account: Handset): void {
    const addresses = [account.jid, account.lid];
    for (const address of addresses) {
      if (this.#accounts.has(address)) throw new Error(`${address} is taken`);
    }
    for (const address of addresses) this.#accounts.set(address, account);
  }

  /** Finds by any address of the account, its devices' included. */
  find(jid: string | undefined): Handset | undefined {
    const parts = jidDecode(jid);
    return parts && this.#accounts.get(`${parts.user}@${parts.server}`);
  }

  get phones(): Phone[] {
    return this.#all().filter((account) => account instanceof Phone);
  }

  get contacts(): Contact[] {
    return this.#all().filter((account) => account instanceof Contact);
  }

  /** One name for a chat, whichever address was used. */
  chat(jid: string | undefined): string {
    return this.find(jid)?.number ?? jid ?? "";
  }

  #all(): Handset[] {
    return [...new Set(this.#accounts.values())];
  }
}
