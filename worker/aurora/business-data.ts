import type { Redis } from "ioredis";
import { Script } from "../adapters/redis/script.ts";
import type { Sealing } from "../adapters/redis/sealing.ts";
import { readDays, type DayCounts } from "../conversation/day-counts.ts";
import { openSaid } from "../conversation/reading.ts";
import { fenceLua, inboundLua } from "../conversation/scripts.ts";
import type { Said, State } from "../conversation/types.ts";
import { comparableNumber } from "../sessions/phone-number.ts";

/** A chat with a customer, as their own people may see it; times in ms of store time. */
export interface CustomerChat {
  readonly chat: string;
  readonly state: State;
  /** When the customer wrote last. */
  readonly wroteAt?: number;
  /** When something from us reached WhatsApp's server last. */
  readonly toldAt?: number;
  /** Since when it waits for a person. */
  readonly handedAt?: number;
  /** Until when the AI keeps out. */
  readonly silentUntil?: number;
  /** Digits, where it is known. */
  readonly number?: string;
  readonly optedOut: boolean;
  /** How many messages are not answered. */
  readonly unanswered: number;
  /** The last part that WhatsApp's server refused. */
  readonly refused?: { readonly reason: string; readonly at: number };
  /** The last of what was said, oldest first, and after it what is not answered. */
  readonly said: readonly Said[];
}

export interface BusinessDataOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly sealing: Sealing;
}

const chatsScript = new Script("aurora chats", [
  fenceLua,
  ...inboundLua,
  new URL("lua/chats.lua", import.meta.url),
]);

/** What one organization's own people may ask about it. No call takes an organization, so that none reaches another's. */
export class BusinessData {
  readonly #options: BusinessDataOptions;
  readonly #organization: string;
  readonly #team: ReadonlySet<string>;

  /** @param team phone numbers (digits) of its own people, who may have been customers once */
  constructor(options: BusinessDataOptions, organization: string, team: readonly string[]) {
    this.#options = options;
    this.#organization = organization;
    this.#team = new Set(team.map(comparableNumber));
  }

  /**
   * The customers who wrote last, the last one first; and after them those who wait for a person. One command.
   * @param said how many of the last entries of each go along
   */
  async chats(limit: number, said: number): Promise<CustomerChat[]> {
    return await this.#read({ limit, said });
  }

  /** The customers who wrote last in a span of time (ms), the last one first. One command. */
  async wroteBetween(from: number, to: number, limit: number, said: number): Promise<CustomerChat[]> {
    return await this.#read({ between: [from, to], limit, said });
  }

  /** Undefined for what is no chat of a customer of this organization. One command. */
  async chat(chat: string, said: number): Promise<CustomerChat | undefined> {
    const [found] = await this.#read({ chat, said });
    return found;
  }

  /** @param days YYYY-MM-DD; undefined where nothing happened. A command each */
  async days(days: readonly string[]): Promise<(DayCounts | undefined)[]> {
    const { redis, prefix } = this.#options;
    return await readDays(redis, prefix, this.#organization, days);
  }

  async #read(what: object): Promise<CustomerChat[]> {
    const { redis, prefix, sealing } = this.#options;
    const organization = this.#organization;
    const args = [prefix, JSON.stringify({ ...what, organization })];
    const entries = (await chatsScript.run(redis, [], args)) as [string, string[], string[]][];
    return entries.flatMap(([encoded, history, unanswered]) => {
      const head = JSON.parse(encoded) as Omit<CustomerChat, "said">;
      if (this.#team.has(comparableNumber(head.number ?? ""))) return [];
      const open = (entry: string): Said => openSaid(sealing, { organization, chat: head.chat }, entry);
      return [{ ...head, said: [...history, ...unanswered].map(open) }];
    });
  }
}
