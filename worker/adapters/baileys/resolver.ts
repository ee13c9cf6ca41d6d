import { jidNormalizedUser, USyncQuery, USyncUser, type WASocket } from "@whiskeysockets/baileys";
import type { Addresses } from "./addresses.ts";

/** Who gets an account today may be written to today. */
const NOBODY_MS = 60 * 60_000;
const REMEMBERED = 10_000;
/** Baileys alone waits for a minute, and so would whoever lets the number go. */
const ANSWER_MS = 10_000;

interface Known {
  readonly chat: string | undefined;
  readonly until: number;
}

/**
 * Which chat a phone number has. What is known of it is asked of nobody: look-ups of many numbers are what WhatsApp
 * restricts accounts for.
 */
export class Resolver {
  readonly #socket: WASocket;
  readonly #addresses: Addresses;
  /** Numbers that nobody has, and those under which WhatsApp knows another: Brazilian ones with and without their ninth digit. */
  readonly #known = new Map<string, Known>();
  readonly #asking = new Map<string, Promise<string | undefined>>();

  constructor(socket: WASocket, addresses: Addresses) {
    this.#socket = socket;
    this.#addresses = addresses;
  }

  async resolve(number: string): Promise<string | undefined> {
    const chat = this.#addresses.known(number);
    if (chat !== undefined) return chat;
    const known = this.#known.get(number);
    if (known !== undefined && known.until > Date.now()) return known.chat;
    const asking = this.#asking.get(number) ?? this.#ask(number).finally(() => this.#asking.delete(number));
    this.#asking.set(number, asking);
    return await asking;
  }

  /** Never to be called under the ratchet's lock: it waits for the network. */
  async #ask(number: string): Promise<string | undefined> {
    const query = new USyncQuery()
      .withContactProtocol()
      .withLIDProtocol()
      .withUser(new USyncUser().withPhone(`+${number}`));
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(late.resolve, ANSWER_MS, undefined);
    const asked = Promise.race([this.#socket.executeUSyncQuery(query), late.promise]);
    const result = await asked.finally(() => clearTimeout(timer));
    if (result === undefined) throw new Error("WhatsApp did not say who has the number");
    const found = result.list[0] as { id: string; contact?: boolean; lid?: string } | undefined;
    if (found?.contact !== true) return this.#remember(number, undefined, Date.now() + NOBODY_MS);
    const own = jidNormalizedUser(found.id);
    if (found.lid === undefined) return this.#remember(number, own, Date.now() + NOBODY_MS);
    // The next session knows it, too.
    await this.#socket.signalRepository.lidMapping.storeLIDPNMappings([{ lid: found.lid, pn: own }]);
    return this.#remember(number, jidNormalizedUser(found.lid), Infinity);
  }

  #remember(number: string, chat: string | undefined, until: number): string | undefined {
    const [oldest] = this.#known.keys();
    if (this.#known.size >= REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(number, { chat, until });
    return chat;
  }
}
