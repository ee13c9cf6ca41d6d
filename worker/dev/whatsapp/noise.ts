import { createCipheriv, createDecipheriv, createHash, hkdfSync } from "node:crypto";
import { proto } from "@whiskeysockets/baileys";
import { calculateAgreement } from "libsignal/src/curve.js";
import { newKeyPair, typed, type KeyPair } from "./keys.ts";

const MODE = Buffer.from("Noise_XX_25519_AESGCM_SHA256\0\0\0\0");
const HEADER = Buffer.from([0x57, 0x41, 6, 3]);
const TAG_BYTES = 16;
const NOTHING = Buffer.alloc(0);

class CipherState {
  readonly #key: Buffer;
  #counter = 0;

  constructor(key: Buffer) {
    this.#key = key;
  }

  #nonce(): Buffer {
    const nonce = Buffer.alloc(12);
    nonce.writeUInt32BE(this.#counter++, 8);
    return nonce;
  }

  encrypt(plain: Uint8Array, associated: Buffer): Buffer {
    const cipher = createCipheriv("aes-256-gcm", this.#key, this.#nonce());
    cipher.setAAD(associated);
    return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }

  decrypt(sealed: Uint8Array, associated: Buffer): Buffer {
    const decipher = createDecipheriv("aes-256-gcm", this.#key, this.#nonce());
    decipher.setAAD(associated);
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES)), decipher.final()]);
  }
}

/** The server's side of the Noise XX handshake and of the frames that follow it. */
export class ServerNoise {
  readonly #ephemeral = newKeyPair();
  readonly #server: KeyPair;
  readonly #certificate: Buffer;
  #hash = MODE;
  #salt: Buffer = MODE;
  // One state for both directions: the counter goes on within a phase of the handshake.
  #phase = new CipherState(MODE);
  #fromClient: CipherState | undefined;
  #toClient: CipherState | undefined;

  constructor(server: KeyPair, certificate: Buffer) {
    this.#server = server;
    this.#certificate = certificate;
  }

  /** Answers the client's hello. */
  hello(frame: Buffer): Buffer {
    const clientKey = proto.HandshakeMessage.decode(frame).clientHello?.ephemeral;
    if (!clientKey) throw new Error("handshake: no client hello");
    this.#mixHash(HEADER);
    this.#mixHash(clientKey);
    const ephemeral = this.#ephemeral.pubKey.subarray(1);
    this.#mixHash(ephemeral);
    this.#mixKey(this.#ephemeral, clientKey);
    const sealedStatic = this.#seal(this.#server.pubKey.subarray(1));
    this.#mixKey(this.#server, clientKey);
    const payload = this.#seal(this.#certificate);
    return Buffer.from(
      proto.HandshakeMessage.encode({ serverHello: { ephemeral, static: sealedStatic, payload } }).finish(),
    );
  }

  /** Ends the handshake; afterwards frames are encrypted. */
  finish(frame: Buffer): { noiseKey: Buffer; payload: proto.ClientPayload } {
    const finish = proto.HandshakeMessage.decode(frame).clientFinish;
    if (!finish?.static || !finish.payload) throw new Error("handshake: no client finish");
    const noiseKey = this.#open(finish.static);
    this.#mixKey(this.#ephemeral, noiseKey);
    const payload = proto.ClientPayload.decode(this.#open(finish.payload));
    const [first, second] = this.#derive(NOTHING);
    this.#fromClient = new CipherState(first);
    this.#toClient = new CipherState(second);
    return { noiseKey, payload };
  }

  encrypt(plain: Uint8Array): Buffer {
    if (!this.#toClient) throw new Error("the handshake is not finished");
    return this.#toClient.encrypt(plain, NOTHING);
  }

  decrypt(sealed: Buffer): Buffer {
    if (!this.#fromClient) throw new Error("the handshake is not finished");
    return this.#fromClient.decrypt(sealed, NOTHING);
  }

  #mixHash(data: Uint8Array): void {
    this.#hash = createHash("sha256").update(this.#hash).update(data).digest();
  }

  #mixKey(own: KeyPair, other: Uint8Array): void {
    const [salt, key] = this.#derive(calculateAgreement(typed(other), own.privKey));
    this.#salt = salt;
    this.#phase = new CipherState(key);
  }

  #derive(secret: Uint8Array): [Buffer, Buffer] {
    const both = Buffer.from(hkdfSync("sha256", secret, this.#salt, "", 64));
    return [both.subarray(0, 32), both.subarray(32)];
  }

  #seal(plain: Uint8Array): Buffer {
    const sealed = this.#phase.encrypt(plain, this.#hash);
    this.#mixHash(sealed);
    return sealed;
  }

  #open(sealed: Uint8Array): Buffer {
    const plain = this.#phase.decrypt(sealed, this.#hash);
    this.#mixHash(sealed);
    return plain;
  }
}

/** Cuts the byte stream into frames: an intro once, then 24-bit lengths. */
export class FrameReader {
  #buffer = NOTHING;
  #introduced = false;

  *push(received: Buffer): Generator<Buffer> {
    this.#buffer = Buffer.concat([this.#buffer, received]);
    if (!this.#introduced && !this.#readIntro()) return;
    while (this.#buffer.length >= 3) {
      const end = 3 + this.#buffer.readUIntBE(0, 3);
      if (this.#buffer.length < end) return;
      const data = this.#buffer.subarray(3, end);
      this.#buffer = this.#buffer.subarray(end);
      yield data;
    }
  }

  #readIntro(): boolean {
    let start = 0;
    if (this.#buffer.subarray(0, 2).toString() === "ED") {
      if (this.#buffer.length < 7) return false;
      start = 7 + this.#buffer.readUIntBE(4, 3);
    }
    if (this.#buffer.length < start + HEADER.length) return false;
    if (!this.#buffer.subarray(start, start + HEADER.length).equals(HEADER)) throw new Error("unknown intro");
    this.#buffer = this.#buffer.subarray(start + HEADER.length);
    this.#introduced = true;
    return true;
  }
}

export function framed(data: Buffer): Buffer {
  const length = Buffer.alloc(3);
  length.writeUIntBE(data.length, 0, 3);
  return Buffer.concat([length, data]);
}
