import type { Contact, WriteOptions } from "../whatsapp/contact.ts";
import { faultsSeen, type FaultsSeen } from "../whatsapp/faults-seen.ts";
import type { Phone } from "../whatsapp/phone.ts";

/** What became of the messages of a talk. Everything but `messages` and `wireDuplicates` should be 0. */
export interface TalkReport {
  readonly messages: number;
  /** Messages without an answer that the contact could read. */
  readonly lost: number;
  /** Messages whose answer the contact saw more than once. */
  readonly seenTwice: number;
  /** What a contact, the owner's phone or the worker could not decrypt. */
  readonly undecryptable: number;
  /** Messages that the worker refused for good. */
  readonly nacks: number;
  /** Stanzas that reached a contact again under an id that it had seen. */
  readonly wireDuplicates: number;
}

interface Written {
  readonly text: string;
  readonly contact: Contact;
  readonly at: number;
}

/** Where a talk takes place. */
export interface TalkPlace {
  /** Whom contacts write to unless told. */
  readonly phone: Phone;
  readonly phones: readonly Phone[];
  readonly whatsapp: { waitFor(holds: () => boolean, timeoutMs?: number): Promise<unknown> };
}

/** Contacts write, and what they see in return is held against it. */
export class Talk {
  readonly contacts: readonly Contact[];
  readonly #place: TalkPlace;
  readonly #nextText: () => string;
  readonly #written: Written[] = [];
  readonly #before: FaultsSeen;

  constructor(place: TalkPlace, contacts: readonly Contact[], nextText: () => string) {
    this.#place = place;
    this.contacts = contacts;
    this.#nextText = nextText;
    this.#before = faultsSeen(place.phones, contacts);
  }

  /** The first contact. */
  get contact(): Contact {
    const [contact] = this.contacts;
    if (contact === undefined) throw new Error("nobody talks");
    return contact;
  }

  get messages(): number {
    return this.#written.length;
  }

  /** Writes a text that no other message has, and returns it. */
  write(
    contact: Contact = this.contact,
    phone: Phone = this.#place.phone,
    options: WriteOptions = {},
    text: string = this.#nextText(),
  ): string {
    contact.write(phone, text, options);
    if (!this.#written.some((written) => written.text === text)) {
      this.#written.push({ text, contact, at: Date.now() });
    }
    return text;
  }

  /** Resolves when every message has an answer at its contact. */
  async answered(timeoutMs?: number): Promise<void> {
    await this.#place.whatsapp.waitFor(() => this.#unanswered().length === 0, timeoutMs);
  }

  /** Ms from `at` (since the epoch) to the answers of what had none then. */
  answeredAfter(at: number): number[] {
    return this.#written
      .filter((written) => written.at < at)
      .flatMap((written) => answersTo(written).filter((seenAt) => seenAt > at))
      .map((seenAt) => seenAt - at);
  }

  report(): TalkReport {
    const { undecryptable, nacks } = faultsSeen(this.#place.phones, this.contacts);
    const wire = this.contacts.map((contact) => contact.wire.length - new Set(contact.wire).size);
    return {
      messages: this.messages,
      lost: this.#unanswered().length,
      seenTwice: this.#written.filter((written) => answersTo(written).length > 1).length,
      undecryptable: undecryptable - this.#before.undecryptable,
      nacks: nacks - this.#before.nacks,
      wireDuplicates: wire.reduce((sum, count) => sum + count, 0),
    };
  }

  #unanswered(): Written[] {
    return this.#written.filter((written) => answersTo(written).length === 0);
  }
}

/** When the contact saw answers that name this message. */
function answersTo({ text, contact }: Written): number[] {
  return contact.displayed
    .filter((shown) => shown.text.split(" ").slice(1).includes(text))
    .map(({ at }) => at);
}
