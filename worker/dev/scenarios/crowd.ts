import { setTimeout as delay } from "node:timers/promises";
import type { Contact } from "../whatsapp/contact.ts";
import type { Phone } from "../whatsapp/phone.ts";
import type { Talk } from "./talk.ts";

/** Conversations that go on: each contact writes, waits for the answer, and after a pause writes again. */
export class Crowd {
  readonly #talk: Talk;
  readonly #phones: readonly Phone[];
  readonly #pauseMs: number;
  readonly #stop = new AbortController();
  #going: Promise<unknown> = Promise.resolve();
  /** Times from a message to its answer, in ms. */
  readonly replyMs: number[] = [];

  /** @param pauseMs about how long each waits before it writes again */
  constructor(talk: Talk, phones: readonly Phone[], pauseMs: number) {
    this.#talk = talk;
    this.#phones = phones;
    this.#pauseMs = pauseMs;
  }

  start(): void {
    this.#going = Promise.all(this.#talk.contacts.map((contact, index) => this.#converse(contact, index)));
  }

  /** Nobody writes any more; resolves when all is answered. @param timeoutMs for the last answers */
  async stop(timeoutMs: number): Promise<void> {
    this.#stop.abort();
    await this.#talk.answered(timeoutMs);
    await this.#going;
  }

  async #converse(contact: Contact, index: number): Promise<void> {
    const phone = this.#phones[index % this.#phones.length];
    if (phone === undefined) throw new Error("there is nobody to write to");
    // Not all at the same moment.
    await this.#pause(Math.random() * this.#pauseMs);
    while (!this.#stop.signal.aborted) {
      const text = this.#talk.write(contact, phone);
      const at = performance.now();
      const answered = contact.waitFor(
        () => contact.displayed.some((shown) => shown.text.endsWith(` ${text}`)),
        ANSWER_MS,
      );
      await answered;
      this.replyMs.push(performance.now() - at);
      await this.#pause(this.#pauseMs * (0.5 + Math.random()));
    }
  }

  async #pause(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.#stop.signal }).catch(() => {});
  }
}

/** Longer than any gap that is allowed: what takes longer is a failure of the test. */
const ANSWER_MS = 120_000;
