import { setTimeout as delay } from "node:timers/promises";
import type { Contact } from "../whatsapp/contact.ts";
import { faultsSeen, type FaultsSeen } from "../whatsapp/faults-seen.ts";
import type { Phone } from "../whatsapp/phone.ts";
import type { WhatsAppSimulator } from "../whatsapp/simulator.ts";
import { marked, marksIn } from "./marks.ts";
import type { NamingAi, Thought } from "./naming-ai.ts";

/** A message of a recorded load. */
export interface Arrival {
  /** When it should be written, from the beginning, in ms. */
  readonly atMs: number;
  /** Who writes: the same number, the same customer. */
  readonly conversation: number;
  /** How long the AI takes for it, in ms. */
  readonly aiMs: number;
  readonly text: string;
}

export interface LoadRequest {
  readonly arrivals: readonly Arrival[];
  /** What organizations send in place of an answer that cannot be had, and while one takes long. */
  readonly fallbackMessage: string;
  readonly holdingMessage: string;
  /** How long after the last message answers are waited for, in ms. */
  readonly patienceMs: number;
  /** How long after the last answer it is watched whether one comes again, in ms. */
  readonly settleMs: number;
}

/** What became of a message; times are in ms from the beginning of the load. */
export interface Observation {
  readonly dueMs: number;
  readonly writtenMs: number;
  /** The AI was first asked with it. */
  readonly askedMs?: number;
  readonly thoughtMs?: number;
  /** The customer first saw an answer that names it. */
  readonly seenMs?: number;
  /** How often they saw one. */
  readonly times: number;
  /** They saw a fallback message after it. */
  readonly fallback: boolean;
}

export interface LoadReport {
  readonly observations: readonly Observation[];
  readonly holdingMessages: number;
  /** What customers or owners' phones could not read. */
  readonly undecryptable: number;
  /** Messages that the worker refused for good. */
  readonly nacks: number;
}

/** Where it takes place, and who is written to: conversation n writes to phone n, modulo their number. */
export interface LoadPlace {
  readonly whatsapp: WhatsAppSimulator;
  readonly ai: NamingAi;
  readonly phones: readonly Phone[];
}

interface Written {
  readonly contact: Contact;
  readonly writtenAt: number;
  readonly seenAt: number[];
}

/**
 * Customers write when they did in the record, whether or not they were answered (open loop): a deployment that is slow
 * is not written to less.
 */
export class Load {
  readonly #request: LoadRequest;
  readonly #place: LoadPlace;
  readonly #contacts = new Map<number, Contact>();
  readonly #written: Written[] = [];
  readonly #fallbacks = new Map<Contact, number[]>();
  readonly #open = new Map<Contact, Set<number>>();
  readonly #faultsBefore: FaultsSeen;
  readonly #thoughts: ReadonlyMap<number, Thought>;
  readonly #allClosed = Promise.withResolvers<void>();
  #unanswered: number;
  #holdingMessages = 0;

  constructor(request: LoadRequest, place: LoadPlace) {
    this.#request = request;
    this.#place = place;
    this.#unanswered = request.arrivals.length;
    this.#thoughts = place.ai.attend(request.arrivals.map(({ aiMs }) => aiMs));
    this.#faultsBefore = faultsSeen(place.phones, []);
  }

  /** So far. */
  get progress(): { readonly written: number; readonly open: number } {
    return { written: this.#written.length, open: this.#unanswered };
  }

  /** @throws AbortError when it is told to stop */
  async run(signal: AbortSignal): Promise<LoadReport> {
    const beganAt = performance.now();
    for (const [index, arrival] of this.#request.arrivals.entries()) {
      const early = beganAt + arrival.atMs - performance.now();
      // Even when late: acks and answers of the others have to be read meanwhile.
      await delay(Math.max(0, early), undefined, { signal });
      this.#write(index, arrival);
    }
    if (this.#request.arrivals.length > 0) await this.#answered(signal);
    await delay(this.#request.settleMs, undefined, { signal });
    return this.#report(beganAt);
  }

  #write(index: number, { conversation, text }: Arrival): void {
    const { phones } = this.#place;
    const phone = phones[conversation % phones.length];
    if (phone === undefined) throw new Error("there is nobody to write to");
    const contact = this.#contactOf(conversation);
    this.#written.push({ contact, writtenAt: performance.now(), seenAt: [] });
    this.#openOf(contact).add(index);
    contact.write(phone, marked(text, index));
  }

  async #answered(signal: AbortSignal): Promise<void> {
    const answered = new AbortController();
    const ended = AbortSignal.any([signal, answered.signal]);
    const patience = delay(this.#request.patienceMs, undefined, { signal: ended });
    const all = this.#allClosed.promise.then(() => answered.abort());
    await Promise.race([patience.catch(() => signal.throwIfAborted()), all]);
  }

  #contactOf(conversation: number): Contact {
    const known = this.#contacts.get(conversation);
    if (known !== undefined) return known;
    const contact = this.#place.whatsapp.contact();
    contact.on("displayed", ({ text }) => this.#seen(contact, text));
    this.#contacts.set(conversation, contact);
    return contact;
  }

  #openOf(contact: Contact): Set<number> {
    const open = this.#open.get(contact) ?? new Set();
    this.#open.set(contact, open);
    return open;
  }

  #seen(contact: Contact, text: string): void {
    const at = performance.now();
    const { fallbackMessage, holdingMessage } = this.#request;
    if (text === holdingMessage) this.#holdingMessages++;
    else if (text === fallbackMessage) {
      this.#fallbacks.set(contact, [...(this.#fallbacks.get(contact) ?? []), at]);
      this.#close(contact, [...this.#openOf(contact)]);
    } else {
      const marks = marksIn(text);
      for (const mark of marks) this.#written[mark]?.seenAt.push(at);
      this.#close(contact, marks);
    }
  }

  #close(contact: Contact, indexes: readonly number[]): void {
    const open = this.#openOf(contact);
    for (const index of indexes) if (open.delete(index)) this.#unanswered--;
    if (this.#unanswered === 0) this.#allClosed.resolve();
  }

  #report(beganAt: number): LoadReport {
    const faults = faultsSeen(this.#place.phones, [...this.#contacts.values()]);
    return {
      observations: this.#written.map((written, index) => this.#observation(written, index, beganAt)),
      holdingMessages: this.#holdingMessages,
      undecryptable: faults.undecryptable - this.#faultsBefore.undecryptable,
      nacks: faults.nacks - this.#faultsBefore.nacks,
    };
  }

  #observation({ contact, writtenAt, seenAt }: Written, index: number, beganAt: number): Observation {
    const thought = this.#thoughts.get(index);
    const [seen] = seenAt;
    return {
      dueMs: this.#request.arrivals[index]?.atMs ?? 0,
      writtenMs: writtenAt - beganAt,
      ...(thought === undefined ? {} : { askedMs: thought.askedAt - beganAt }),
      ...(thought?.answeredAt === undefined ? {} : { thoughtMs: thought.answeredAt - beganAt }),
      ...(seen === undefined ? {} : { seenMs: seen - beganAt }),
      times: seenAt.length,
      fallback: (this.#fallbacks.get(contact) ?? []).some((at) => at > writtenAt),
    };
  }
}
