import { createCipheriv, createDecipheriv, hkdfSync, pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import type { BinaryNode } from "@whiskeysockets/baileys";
import { calculateAgreement } from "libsignal/src/curve.js";
import type { Connection } from "./connection.ts";
import { newKeyPair, typed, type KeyPair } from "./keys.ts";
import { bytes, child, element, nowSeconds, SERVER } from "./node.ts";
import type { Pairing } from "./pairing.ts";
import type { Phone } from "./phone.ts";

const deriveFromCode = promisify(pbkdf2);
const ROUNDS = 2 << 16;

interface Hello {
  connection: Connection;
  /** Salt, initialisation vector, and the companion's key encrypted with the code. */
  wrapped: Buffer;
}

interface Exchange {
  phone: Phone;
  ephemeral: KeyPair;
  companionKey: Buffer;
  finished(advSecret: Buffer): void;
  failed(error: Error): void;
}

/** Links clients to phones by the eight characters that a client shows. */
export class CodePairing {
  readonly #pairing: Pairing;
  readonly #hellos = new Map<string, Hello>();
  readonly #exchanges = new Map<Connection, Exchange>();

  constructor(pairing: Pairing) {
    this.#pairing = pairing;
  }

  asked(phone: Phone): boolean {
    return this.#hellos.has(phone.jid);
  }

  /** The owner types the code; resolves when the companion has proved its keys. */
  async enter(phone: Phone, code: string): Promise<void> {
    const hello = this.#hellos.get(phone.jid);
    if (!hello) throw new Error(`no client has asked for a code for ${phone.number}`);
    this.#hellos.delete(phone.jid);
    const { connection, wrapped } = hello;
    const [salt, iv, sealed] = [wrapped.subarray(0, 32), wrapped.subarray(32, 48), wrapped.subarray(48, 80)];
    const key = await deriveFromCode(code, salt, ROUNDS, 32, "sha256");
    const decipher = createDecipheriv("aes-256-ctr", key, iv);
    const companionKey = Buffer.concat([decipher.update(sealed), decipher.final()]);
    const ephemeral = newKeyPair();
    const notice = await this.#notice(phone, code, ephemeral);
    const advSecret = await new Promise<Buffer>((finished, failed) => {
      this.#exchanges.set(connection, { phone, ephemeral, companionKey, finished, failed });
      connection.send(notice);
    });
    await this.#pairing.propose(phone, connection, advSecret);
  }

  /** A stanza from a client that is not logged in. */
  received(connection: Connection, node: BinaryNode): void {
    const part = child(node, "link_code_companion_reg");
    if (!part) return;
    connection.send(element("iq", { from: SERVER, type: "result", id: node.attrs["id"] }));
    const { stage, jid = "" } = part.attrs;
    if (stage === "companion_hello") {
      const wrapped = bytes(child(part, "link_code_pairing_wrapped_companion_ephemeral_pub"));
      this.#hellos.set(jid, { connection, wrapped });
    } else if (stage === "companion_finish") {
      this.#finish(connection, part);
    }
  }

  closed(connection: Connection): void {
    for (const [jid, hello] of this.#hellos) if (hello.connection === connection) this.#hellos.delete(jid);
    this.#exchanges.get(connection)?.failed(new Error("the client closed its socket"));
    this.#exchanges.delete(connection);
  }

  async #notice(phone: Phone, code: string, ephemeral: KeyPair): Promise<BinaryNode> {
    const [salt, iv] = [randomBytes(32), randomBytes(16)];
    const cipher = createCipheriv("aes-256-ctr", await deriveFromCode(code, salt, ROUNDS, 32, "sha256"), iv);
    const wrapped = Buffer.concat([salt, iv, cipher.update(ephemeral.pubKey.subarray(1)), cipher.final()]);
    const attributes = {
      from: SERVER,
      type: "link_code_companion_reg",
      id: randomBytes(8).toString("hex"),
      t: nowSeconds(),
    };
    return element("notification", attributes, [
      element("link_code_companion_reg", { stage: "primary_hello" }, [
        element("link_code_pairing_wrapped_primary_ephemeral_pub", {}, wrapped),
        element("primary_identity_pub", {}, phone.keys.identity.pubKey.subarray(1)),
        element("link_code_pairing_ref", {}, randomBytes(16)),
      ]),
    ]);
  }

  #finish(connection: Connection, part: BinaryNode): void {
    const exchange = this.#exchanges.get(connection);
    if (!exchange) return;
    this.#exchanges.delete(connection);
    try {
      exchange.finished(this.#advSecret(exchange, part));
    } catch {
      exchange.failed(new Error("the code is wrong"));
    }
  }

  #advSecret({ phone, ephemeral, companionKey }: Exchange, part: BinaryNode): Buffer {
    const bundle = bytes(child(part, "link_code_pairing_wrapped_key_bundle"));
    const companionIdentity = bytes(child(part, "companion_identity_public"));
    const shared = calculateAgreement(typed(companionKey), ephemeral.privKey);
    const info = "link_code_pairing_key_bundle_encryption_key";
    const key = Buffer.from(hkdfSync("sha256", shared, bundle.subarray(0, 32), info, 32));
    const decipher = createDecipheriv("aes-256-gcm", key, bundle.subarray(32, 44));
    decipher.setAuthTag(bundle.subarray(-16));
    const plain = Buffer.concat([decipher.update(bundle.subarray(44, -16)), decipher.final()]);
    if (!plain.subarray(0, 32).equals(companionIdentity)) throw new Error("another companion's identity");
    if (!plain.subarray(32, 64).equals(phone.keys.identity.pubKey.subarray(1)))
      throw new Error("another account");
    const sharedIdentity = calculateAgreement(typed(companionIdentity), phone.keys.identity.privKey);
    const secret = Buffer.concat([shared, sharedIdentity, plain.subarray(64, 96)]);
    return Buffer.from(hkdfSync("sha256", secret, Buffer.alloc(0), "adv_secret", 32));
  }
}
