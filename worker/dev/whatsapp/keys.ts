import { randomInt } from "node:crypto";
import type { BinaryNode } from "@whiskeysockets/baileys";
import { calculateSignature, generateKeyPair, verifySignature } from "libsignal/src/curve.js";
import { bigEndian, bytes, child, children, element, integer } from "./node.ts";

/** `pubKey` is 33 bytes, the type byte 5 first. */
export interface KeyPair {
  pubKey: Buffer;
  privKey: Buffer;
}

/** What somebody needs to begin a session with a device; public keys are 33 bytes. */
export interface Bundle {
  registrationId: number;
  identityKey: Buffer;
  signedPreKey: { keyId: number; publicKey: Buffer; signature: Buffer };
  preKey?: { keyId: number; publicKey: Buffer };
}

const KEY_TYPE = Buffer.from([5]);

export function newKeyPair(): KeyPair {
  const pair = generateKeyPair();
  return { pubKey: Buffer.from(pair.pubKey), privKey: Buffer.from(pair.privKey) };
}

/** Prefixes the type byte to a 32-byte key. */
export function typed(publicKey: Uint8Array): Buffer {
  return publicKey.length === 33 ? Buffer.from(publicKey) : Buffer.concat([KEY_TYPE, publicKey]);
}

/** libsignal answers with a boolean, which Baileys ignores; here a wrong signature counts. */
export function requireSignature(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
  what: string,
): void {
  if (!verifySignature(typed(publicKey), message, signature))
    throw new Error(`${what}: the signature is wrong`);
}

/** The private keys of a device that the simulator plays. */
export class KeyRing {
  readonly identity = newKeyPair();
  readonly registrationId = randomInt(1, 16_380);
  readonly signedPreKey = { keyId: 1, pair: newKeyPair() };
  readonly preKeys = new Map<number, KeyPair>();
  #nextPreKey = 1;

  /** Every bundle gets a one-time key of its own. */
  bundle(): Bundle {
    const { keyId, pair } = this.signedPreKey;
    const preKey = newKeyPair();
    const preKeyId = this.#nextPreKey++;
    this.preKeys.set(preKeyId, preKey);
    return {
      registrationId: this.registrationId,
      identityKey: this.identity.pubKey,
      signedPreKey: {
        keyId,
        publicKey: pair.pubKey,
        signature: Buffer.from(calculateSignature(this.identity.privKey, pair.pubKey)),
      },
      preKey: { keyId: preKeyId, publicKey: preKey.pubKey },
    };
  }
}

/** The public keys that a client has uploaded; each one-time key is handed out once. */
export class UploadedKeys {
  readonly identityKey: Buffer;
  readonly registrationId: number;
  readonly #preKeys: { keyId: number; publicKey: Buffer }[] = [];
  #signedPreKey: Bundle["signedPreKey"];

  constructor(identityKey: Buffer, registrationId: number, signedPreKey: Bundle["signedPreKey"]) {
    this.identityKey = identityKey;
    this.registrationId = registrationId;
    this.#signedPreKey = this.#checked(signedPreKey);
  }

  get count(): number {
    return this.#preKeys.length;
  }

  upload(query: BinaryNode): void {
    const known = new Set(this.#preKeys.map((key) => key.keyId));
    for (const key of children(child(query, "list"), "key")) {
      const entry = { keyId: integer(child(key, "id")), publicKey: typed(bytes(child(key, "value"))) };
      if (!known.has(entry.keyId)) this.#preKeys.push(entry);
    }
    this.rotate(child(query, "skey"));
  }

  rotate(skey: BinaryNode | undefined): void {
    if (skey) this.#signedPreKey = this.#checked(signedPreKeyFrom(skey));
  }

  take(): Bundle {
    const preKey = this.#preKeys.shift();
    const bundle = {
      registrationId: this.registrationId,
      identityKey: this.identityKey,
      signedPreKey: this.#signedPreKey,
    };
    return preKey ? { ...bundle, preKey } : bundle;
  }

  #checked(key: Bundle["signedPreKey"]): Bundle["signedPreKey"] {
    requireSignature(this.identityKey, key.publicKey, key.signature, "signed pre-key");
    return key;
  }
}

function signedPreKeyFrom(skey: BinaryNode): Bundle["signedPreKey"] {
  return {
    keyId: integer(child(skey, "id")),
    publicKey: typed(bytes(child(skey, "value"))),
    signature: bytes(child(skey, "signature")),
  };
}

/** The key parts as a key answer and a retry receipt carry them. */
export function bundleParts(bundle: Bundle): BinaryNode[] {
  const { signedPreKey, preKey } = bundle;
  const parts = [
    element("type", {}, KEY_TYPE),
    element("identity", {}, bundle.identityKey.subarray(1)),
    element("skey", {}, [
      element("id", {}, bigEndian(signedPreKey.keyId, 3)),
      element("value", {}, signedPreKey.publicKey.subarray(1)),
      element("signature", {}, signedPreKey.signature),
    ]),
  ];
  if (preKey) {
    parts.push(
      element("key", {}, [
        element("id", {}, bigEndian(preKey.keyId, 3)),
        element("value", {}, preKey.publicKey.subarray(1)),
      ]),
    );
  }
  return parts;
}

/** The keys in a retry receipt of a client, if it sent them. */
export function bundleFromRetry(receipt: BinaryNode): Bundle | undefined {
  const keys = child(receipt, "keys");
  const skey = child(keys, "skey");
  if (!keys || !skey) return undefined;
  const bundle: Bundle = {
    registrationId: integer(child(receipt, "registration")),
    identityKey: typed(bytes(child(keys, "identity"))),
    signedPreKey: signedPreKeyFrom(skey),
  };
  const key = child(keys, "key");
  if (key) bundle.preKey = { keyId: integer(child(key, "id")), publicKey: typed(bytes(child(key, "value"))) };
  return bundle;
}
