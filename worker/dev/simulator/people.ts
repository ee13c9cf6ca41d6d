import type { Contact } from "../whatsapp/contact.ts";
import type { Phone } from "../whatsapp/phone.ts";
import type { WhatsAppSimulator } from "../whatsapp/simulator.ts";

/** What a timer can wait at the most, in ms. */
const FOR_EVER_MS = 2 ** 31 - 1;

/** A message that somebody saw on their screen. */
export interface Seen {
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly at: string;
}

/** The people of a simulated WhatsApp by name: owners of phones, and customers who write to them. */
export class People {
  readonly seen: Seen[] = [];
  readonly #whatsapp: WhatsAppSimulator;
  readonly #tell: (seen: Seen) => void;
  readonly #phones = new Map<string, Phone>();
  readonly #customers = new Map<string, Contact>();

  /** @param tell called with every message that a customer sees */
  constructor(whatsapp: WhatsAppSimulator, tell: (seen: Seen) => void) {
    this.#whatsapp = whatsapp;
    this.#tell = tell;
  }

  /** The phone of an organization; a new one is bought when it has none. */
  phone(organization: string): Phone {
    const phone = this.#phones.get(organization) ?? this.#whatsapp.phone({ name: organization });
    this.#phones.set(organization, phone);
    return phone;
  }

  /** A customer writes to an organization. @throws Error when nothing is linked to its phone */
  write(customer: string, organization: string, text: string): void {
    this.#customer(customer).write(this.phone(organization), text);
  }

  /** How each phone fares. */
  report(): object[] {
    return [...this.#phones].map(([organization, phone]) => ({
      organization,
      number: phone.number,
      linked: phone.linked,
      online: phone.online,
      mostConnectionsAtOnce: phone.maxConnections,
    }));
  }

  #customer(name: string): Contact {
    const known = this.#customers.get(name);
    if (known !== undefined) return known;
    const customer = this.#whatsapp.contact({ name });
    this.#customers.set(name, customer);
    void this.#watch(name, customer);
    return customer;
  }

  async #watch(name: string, customer: Contact): Promise<void> {
    for (let shown = 0; ; shown++) {
      try {
        await this.#whatsapp.waitFor(() => customer.displayed.length > shown, FOR_EVER_MS);
      } catch {
        // The simulator was closed.
        return;
      }
      const message = customer.displayed[shown];
      if (message === undefined) return;
      const from =
        [...this.#phones].find(([, phone]) => phone === message.phone)?.[0] ?? message.phone.number;
      const seen = { from, to: name, text: message.text, at: new Date(message.at).toISOString() };
      this.seen.push(seen);
      this.#tell(seen);
    }
  }
}
