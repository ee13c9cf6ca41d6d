import { setTimeout as delay } from "node:timers/promises";
import type { LocalDeployment } from "../deployment.ts";
import type { Contact } from "../whatsapp/contact.ts";
import type { Phone } from "../whatsapp/phone.ts";
import { questionAt } from "./dialogue.ts";
import { answered, asked, event, type Split } from "./screen.ts";

/** Between an answer and the customer's next question, in ms. */
const PAUSE_MS = [500, 3_000] as const;
/** A reply that takes longer than this counts as lost. */
const PATIENCE_MS = 60_000;
/** The log line of an answer follows it closely. */
const SPLIT_MS = 1_000;

export interface Shop {
  readonly organization: string;
  readonly name: string;
  readonly holdingMessage: string;
  readonly phone: Phone;
}

/** People who write to shops and wait for the answer. */
export class Customers {
  answered = 0;
  lost = 0;
  #asked = 0;
  #stopped = new AbortController();
  readonly #deployment: LocalDeployment;
  readonly #limit: number;
  readonly #splits = new Map<string, (split: Split) => void>();

  /** @param limit how many messages they write in all */
  constructor(deployment: LocalDeployment, limit = Number.POSITIVE_INFINITY) {
    this.#deployment = deployment;
    this.#limit = limit;
  }

  /** The worker logged where an answer's time went. */
  split(organization: string, chat: string, split: Split): void {
    this.#splits.get(`${organization} ${chat}`)?.(split);
  }

  /** No new messages; those that were written are still answered. */
  stop(): void {
    this.#stopped.abort();
  }

  /** Resolves when the last message that will be written is answered, or given up. */
  async write(shop: Shop, names: readonly string[]): Promise<void> {
    await Promise.all(
      names.map((name, index) => this.#talk(this.#deployment.whatsapp.contact({ name }), shop, index * 3)),
    );
  }

  async #talk(customer: Contact, shop: Shop, first: number): Promise<void> {
    for (let index = first; !this.#stopped.signal.aborted && this.#asked < this.#limit; index++) {
      this.#asked++;
      await this.#ask(customer, shop, questionAt(index));
      const [least, most] = PAUSE_MS;
      const pause = least + Math.random() * (most - least);
      await delay(pause, undefined, { signal: this.#stopped.signal }).catch(() => {});
    }
  }

  async #ask(customer: Contact, shop: Shop, question: string): Promise<void> {
    const seen = customer.displayed.length;
    const { promise: split, resolve } = Promise.withResolvers<Split | undefined>();
    this.#splits.set(`${shop.organization} ${customer.lid}`, resolve);
    asked(customer.name, shop.name, question);
    const began = performance.now();
    customer.write(shop.phone, question);
    try {
      const answer = await customer.waitFor(
        () => customer.displayed.slice(seen).find(({ text }) => text !== shop.holdingMessage),
        PATIENCE_MS,
      );
      const totalMs = performance.now() - began;
      setTimeout(() => resolve(undefined), SPLIT_MS).unref();
      answered(shop.name, customer.name, answer.text, totalMs, await split);
      this.answered++;
    } catch {
      event(`${customer.name} got no answer from ${shop.name}`, "red");
      this.lost++;
    }
  }
}
