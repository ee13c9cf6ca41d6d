import type { UploadedKeys } from "./keys.ts";
import { Mailbox } from "./mailbox.ts";

/** The client under test, as the server knows it once it is linked to a phone. */
export class Companion {
  readonly number: string;
  readonly device: number;
  readonly keyIndex: number;
  /** The only Noise key that may log in, 32 bytes. */
  readonly noiseKey: Buffer;
  readonly keys: UploadedKeys;
  readonly mailbox = new Mailbox();

  constructor(link: Pick<Companion, "number" | "device" | "keyIndex" | "noiseKey" | "keys">) {
    this.number = link.number;
    this.device = link.device;
    this.keyIndex = link.keyIndex;
    this.noiseKey = link.noiseKey;
    this.keys = link.keys;
  }

  /** Under which the handsets keep their sessions; one for both of its addresses. */
  get address(): string {
    return sessionAddress(this.number, this.device);
  }
}

export function sessionAddress(number: string, device: number): string {
  return `${number}:${device}`;
}
