import { proto } from "@whiskeysockets/baileys";
import { calculateSignature } from "libsignal/src/curve.js";
import { newKeyPair } from "./keys.ts";

const DAY_S = 86_400;

/** Signs the server's Noise key the way the client expects it: root, intermediate, leaf. */
export class CertificateRoot {
  readonly #root = newKeyPair();

  /** The 32-byte public key, in hex. */
  get publicKey(): string {
    return this.#root.pubKey.subarray(1).toString("hex");
  }

  /** @param noiseKey the server's static public key, 32 bytes */
  chain(noiseKey: Buffer): Buffer {
    const intermediate = newKeyPair();
    const now = Math.floor(Date.now() / 1000);
    const validity = { notBefore: now - DAY_S, notAfter: now + 365 * DAY_S };
    const { Details } = proto.CertChain.NoiseCertificate;
    // The client compares the serial of the intermediate's issuer with a constant 0.
    const intermediateDetails = Details.encode({
      serial: 1,
      issuerSerial: 0,
      key: intermediate.pubKey.subarray(1),
      ...validity,
    }).finish();
    const leafDetails = Details.encode({ serial: 2, issuerSerial: 1, key: noiseKey, ...validity }).finish();
    return Buffer.from(
      proto.CertChain.encode({
        intermediate: {
          details: intermediateDetails,
          signature: calculateSignature(this.#root.privKey, intermediateDetails),
        },
        leaf: { details: leafDetails, signature: calculateSignature(intermediate.privKey, leafDetails) },
      }).finish(),
    );
  }
}
