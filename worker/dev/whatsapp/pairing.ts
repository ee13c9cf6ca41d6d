import { createHmac, randomBytes, randomInt } from "node:crypto";
import { proto, type BinaryNode } from "@whiskeysockets/baileys";
import { calculateSignature } from "libsignal/src/curve.js";
import { Companion } from "./companion.ts";
import type { Connection } from "./connection.ts";
import { requireSignature, typed, UploadedKeys } from "./keys.ts";
import { bytes, child, element, SERVER } from "./node.ts";
import type { Phone } from "./phone.ts";

const REFERENCES = 6;
const ACCOUNT_SIGNATURE = Buffer.from([6, 0]);
const DEVICE_SIGNATURE = Buffer.from([6, 1]);

interface Registration {
  identity: Buffer;
  noiseKey: Buffer;
  data: proto.ClientPayload.IDevicePairingRegistrationData;
}

interface Offer extends Registration {
  connection: Connection;
  /** Milliseconds since the epoch, by reference. */
  expiresAt: Map<string, number>;
}

interface Proposal {
  offer: Offer;
  phone: Phone;
  keyIndex: number;
  details: Uint8Array;
  paired(): void;
  failed(error: Error): void;
}

/** Links clients to phones by QR. */
export class Pairing {
  readonly #refMs: number | undefined;
  readonly #offers = new Map<Connection, Offer>();
  readonly #proposals = new Map<Connection, Proposal>();

  constructor(refMs: number | undefined) {
    this.#refMs = refMs;
  }

  /** A client without an account wants references for its QR codes. */
  offer(
    connection: Connection,
    noiseKey: Buffer,
    data: proto.ClientPayload.IDevicePairingRegistrationData,
  ): void {
    const now = Date.now();
    const references = Array.from({ length: REFERENCES }, () => `2@${randomBytes(24).toString("base64url")}`);
    const expiresAt = new Map(
      references.map((ref, index) => [
        ref,
        this.#refMs === undefined ? Infinity : now + this.#refMs * (index + 1),
      ]),
    );
    this.#offers.set(connection, {
      connection,
      identity: Buffer.from(data.eIdent ?? []),
      noiseKey,
      data,
      expiresAt,
    });
    connection.send(
      element("iq", { from: SERVER, type: "set", xmlns: "md", id: randomBytes(8).toString("hex") }, [
        element(
          "pair-device",
          {},
          references.map((ref) => element("ref", {}, Buffer.from(ref))),
        ),
      ]),
    );
  }

  /** @param qr the text in the QR code */
  async scan(phone: Phone, qr: string): Promise<void> {
    const [ref = "", noise = "", identity = "", adv = ""] = (qr.split("#").at(-1) ?? "").split(",");
    const offer = [...this.#offers.values()].find(({ expiresAt }) => expiresAt.has(ref));
    if (!offer || (offer.expiresAt.get(ref) ?? 0) <= Date.now())
      throw new Error("the QR code is not valid any more");
    if (!offer.noiseKey.equals(Buffer.from(noise, "base64")))
      throw new Error("the QR code holds another Noise key");
    if (!offer.identity.equals(Buffer.from(identity, "base64")))
      throw new Error("the QR code holds another identity");
    await this.propose(phone, offer.connection, Buffer.from(adv, "base64"));
  }

  /** Signs the companion's identity with the account's; resolves when the companion has signed in turn. */
  async propose(phone: Phone, connection: Connection, advSecret: Buffer): Promise<void> {
    const offer = this.#offers.get(connection);
    if (!offer) throw new Error("the client is gone");
    this.#offers.delete(connection);
    const device = phone.nextDevice();
    const account = phone.keys.identity;
    const details = proto.ADVDeviceIdentity.encode({
      rawId: randomInt(1, 2 ** 31),
      timestamp: Math.floor(Date.now() / 1000),
      keyIndex: device,
    }).finish();
    const signed = proto.ADVSignedDeviceIdentity.encode({
      details,
      accountSignatureKey: account.pubKey.subarray(1),
      accountSignature: calculateSignature(
        account.privKey,
        Buffer.concat([ACCOUNT_SIGNATURE, details, offer.identity]),
      ),
    }).finish();
    const sealed = proto.ADVSignedDeviceIdentityHMAC.encode({
      details: signed,
      hmac: createHmac("sha256", advSecret).update(signed).digest(),
    }).finish();
    const [number, lid] = [phone.jid.split("@")[0], phone.lid.split("@")[0]];
    await new Promise<void>((paired, failed) => {
      this.#proposals.set(connection, { offer, phone, keyIndex: device, details, paired, failed });
      connection.send(
        element("iq", { from: SERVER, type: "set", id: randomBytes(8).toString("hex") }, [
          element("pair-success", {}, [
            element("device-identity", {}, sealed),
            // The client takes its name from here; without one it announces no presence.
            element("biz", { name: phone.name }),
            element("device", { jid: `${number}:${device}${SERVER}`, lid: `${lid}:${device}@lid` }),
            element("platform", { name: "android" }),
          ]),
        ]),
      );
    });
  }

  /** A stanza from a client that is not logged in. */
  received(connection: Connection, node: BinaryNode): void {
    const proposal = this.#proposals.get(connection);
    const reply = child(child(node, "pair-device-sign"), "device-identity");
    if (!proposal || !reply) return;
    this.#proposals.delete(connection);
    try {
      this.#link(proposal, reply);
    } catch (error) {
      proposal.failed(error as Error);
      connection.streamError({ code: "500" });
      return;
    }
    connection.streamError({ code: "515" });
    proposal.paired();
  }

  closed(connection: Connection): void {
    this.#offers.delete(connection);
    this.#proposals
      .get(connection)
      ?.failed(new Error("the client closed its socket instead of proving its keys"));
    this.#proposals.delete(connection);
  }

  #link({ offer, phone, keyIndex, details }: Proposal, reply: BinaryNode): void {
    if (reply.attrs["key-index"] !== keyIndex.toString()) throw new Error("pairing: another key index");
    const signed = proto.ADVSignedDeviceIdentity.decode(bytes(reply));
    if (signed.accountSignatureKey?.length) throw new Error("pairing: the account's key was sent back");
    if (!signed.deviceSignature) throw new Error("pairing: the device's signature is absent");
    const accountKey = phone.keys.identity.pubKey.subarray(1);
    const message = Buffer.concat([DEVICE_SIGNATURE, details, offer.identity, accountKey]);
    requireSignature(offer.identity, message, signed.deviceSignature, "device identity");
    const { eRegid, eSkeyId, eSkeyVal, eSkeySig } = offer.data;
    const keys = new UploadedKeys(typed(offer.identity), Buffer.from(eRegid ?? []).readUInt32BE(), {
      keyId: Buffer.from(eSkeyId ?? []).readUIntBE(0, 3),
      publicKey: typed(eSkeyVal ?? Buffer.alloc(0)),
      signature: Buffer.from(eSkeySig ?? []),
    });
    phone.link(
      new Companion({ number: phone.number, device: keyIndex, keyIndex, noiseKey: offer.noiseKey, keys }),
    );
  }
}
