import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { BinaryNode } from "@whiskeysockets/baileys";
import { WebSocketServer } from "ws";
import { CertificateRoot } from "./certificate.ts";
import { Connection, type ConnectionEvents } from "./connection.ts";
import { Contact } from "./contact.ts";
import { Directory } from "./directory.ts";
import { Exchange } from "./exchange.ts";
import type { Identity } from "./handset.ts";
import { newKeyPair } from "./keys.ts";
import { ServerNoise } from "./noise.ts";
import { CodePairing } from "./pairing-code.ts";
import { Pairing } from "./pairing.ts";
import { Phone } from "./phone.ts";
import { Watch } from "./watch.ts";

export interface SimulatorOptions {
  /** 0, the default, takes any free one. */
  port?: number;
  /** How long each QR reference can be scanned, in milliseconds; without it until it is used. */
  qrRefMs?: number;
  /** The phone shares an (empty) history with a new companion; without it a client that wants one waits 20 s. */
  history?: boolean;
}

export interface TappedStanza {
  direction: "to-client" | "from-client";
  phone: Phone | undefined;
  node: BinaryNode;
}

/** Sees a stanza before it is written, or before a received one is handled; `drop` swallows it. */
export type Tap = (stanza: TappedStanza) => void | "drop";

/** A WhatsApp server with the people who use it. */
export class WhatsAppSimulator {
  readonly #server: WebSocketServer;
  readonly #root = new CertificateRoot();
  readonly #noiseKey = newKeyPair();
  readonly #watch = new Watch();
  readonly #directory = new Directory();
  readonly #pairing: Pairing;
  readonly #codes: CodePairing;
  readonly #exchange: Exchange;
  readonly #connections = new Set<Connection>();
  readonly #taps = new Set<Tap>();
  #lastNumber = 0;

  constructor(server: WebSocketServer, options: SimulatorOptions) {
    this.#server = server;
    this.#pairing = new Pairing(options.qrRefMs);
    this.#codes = new CodePairing(this.#pairing);
    this.#exchange = new Exchange(this.#directory, options.history ?? true);
    const events = this.#events();
    server.on("connection", (socket) => {
      const certificate = this.#root.chain(this.#noiseKey.pubKey.subarray(1));
      this.#connections.add(new Connection(socket, new ServerNoise(this.#noiseKey, certificate), events));
    });
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Hex of the 32-byte public key that certifies the server. */
  get trustRoot(): string {
    return this.#root.publicKey;
  }

  get phones(): Phone[] {
    return this.#directory.phones;
  }

  get contacts(): Contact[] {
    return this.#directory.contacts;
  }

  /** Open sockets, those included that have no account. */
  get sockets(): number {
    return this.#connections.size;
  }

  /** What went wrong inside the simulator itself; a test should find nothing here. */
  get errors(): readonly unknown[] {
    return this.#watch.errors;
  }

  phone(identity: Partial<Identity> = {}): Phone {
    const phone = new Phone(this.#identity(identity, "Owner"), this.#watch, {
      scan: async (self, qr) => await this.#pairing.scan(self, qr),
      enterCode: async (self, code) => await this.#codes.enter(self, code),
    });
    this.#directory.add(phone);
    return phone;
  }

  contact(identity: Partial<Identity> = {}): Contact {
    const contact = new Contact(this.#identity(identity, "Contact"), this.#watch);
    this.#directory.add(contact);
    return contact;
  }

  /** A client has shown a pairing code for this phone and waits for it to be entered. */
  asksForCode(phone: Phone): boolean {
    return this.#codes.asked(phone);
  }

  /** The returned function takes the tap away again. */
  onStanza(tap: Tap): () => void {
    this.#taps.add(tap);
    return () => void this.#taps.delete(tap);
  }

  /** Resolves with the first truthy answer of the predicate, which is asked again after every event. */
  async waitFor<T>(predicate: () => T, timeoutMs?: number): Promise<Exclude<T, false | undefined | null>> {
    return await this.#watch.waitFor(predicate, timeoutMs);
  }

  /** Leaves no handle and no timer behind. */
  async close(): Promise<void> {
    this.#watch.close();
    for (const connection of this.#connections) connection.terminate();
    const closed = once(this.#server, "close");
    this.#server.close();
    await closed;
    await Promise.all([...this.phones, ...this.contacts].map(async (account) => await account.idle()));
  }

  #events(): ConnectionEvents {
    return {
      opened: (connection, payload, noiseKey) => {
        if (payload.devicePairingData) this.#pairing.offer(connection, noiseKey, payload.devicePairingData);
        else this.#exchange.login(connection, noiseKey, payload);
      },
      stanza: (connection, node) => {
        if (!this.#passes("from-client", connection, node)) return;
        const { phone } = connection;
        if (phone) this.#exchange.stanza(connection, phone, node);
        else {
          this.#codes.received(connection, node);
          this.#pairing.received(connection, node);
          this.#watch.changed();
        }
      },
      writing: (connection, node) => this.#passes("to-client", connection, node),
      failed: (error) => this.#watch.failed(error),
      closed: (connection) => {
        this.#connections.delete(connection);
        this.#codes.closed(connection);
        this.#pairing.closed(connection);
        connection.phone?.sockets.detach(connection);
        this.#watch.changed();
      },
    };
  }

  #passes(direction: TappedStanza["direction"], { phone }: Connection, node: BinaryNode): boolean {
    let passes = true;
    for (const tap of this.#taps) if (tap({ direction, phone, node }) === "drop") passes = false;
    return passes;
  }

  #identity(given: Partial<Identity>, role: string): Identity {
    const serial = ++this.#lastNumber;
    return {
      number: given.number ?? (15_550_000_000 + serial).toString(),
      lid: given.lid ?? (100_000_000_000_000 + serial).toString(),
      name: given.name ?? `${role} ${serial}`,
    };
  }
}

export async function startWhatsAppSimulator(options: SimulatorOptions = {}): Promise<WhatsAppSimulator> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: options.port ?? 0 });
  const simulator = new WhatsAppSimulator(server, options);
  await once(server, "listening");
  return simulator;
}
