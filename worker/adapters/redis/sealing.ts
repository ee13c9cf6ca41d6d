import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  randomBytes,
  type KeyObject,
} from "node:crypto";

/** One AES-256 key and the name that is stored with every value it sealed. */
export interface SealingKey {
  /** Letters, digits, `-` and `_`. */
  readonly id: string;
  /** 32 bytes. */
  readonly key: Buffer;
}

/** A stored value could not be opened: its key is not configured, or it is not what was stored there. */
export class Unsealable extends Error {
  override readonly name = "Unsealable";
}

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * AES-256-GCM for what the store keeps of people: `keyId.base64(iv ‖ tag ‖ ciphertext)`.
 * The place a value belongs to is authenticated with it, so one cannot be passed off for another.
 * The first key seals, every key opens: a key is rotated by putting a new one in front.
 */
export class Sealing {
  readonly #current: { readonly id: string; readonly key: KeyObject };
  readonly #keys: ReadonlyMap<string, KeyObject>;

  constructor(keys: readonly [SealingKey, ...SealingKey[]]) {
    // With the bytes themselves Node makes such an object for each value, which takes five times as long as the rest.
    this.#keys = new Map(keys.map(({ id, key }) => [id, createSecretKey(key)]));
    this.#current = { id: keys[0].id, key: createSecretKey(keys[0].key) };
  }

  seal(place: string, plain: string | Uint8Array): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.#current.key, iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(place));
    const body = Buffer.concat([cipher.update(plain), cipher.final()]);
    return `${this.#current.id}.${Buffer.concat([iv, cipher.getAuthTag(), body]).toString("base64")}`;
  }

  /** @throws Unsealable */
  open(place: string, sealed: string): Buffer {
    const dot = sealed.indexOf(".");
    const id = sealed.slice(0, dot);
    const key = this.#keys.get(id);
    if (dot < 1 || key === undefined) {
      throw new Unsealable(
        `a value of ${place} is sealed with key "${id}"; configured: ${[...this.#keys.keys()].join(", ")}`,
      );
    }
    const bytes = Buffer.from(sealed.slice(dot + 1), "base64");
    try {
      // A value that was cut short has no whole IV or tag, on which these throw too.
      const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(place));
      decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
    } catch {
      throw new Unsealable(
        `a value of ${place} does not open with key "${id}": another key of that name sealed it, or it was damaged`,
      );
    }
  }

  /**
   * Secrets for digests of what is not to be kept, one for each key, the current one's first: who has the store but not the
   * keys cannot try what a digest is of.
   */
  peppers(purpose: string): [string, ...string[]] {
    const made = [...this.#keys.values()].map((key) =>
      createHmac("sha256", key).update(purpose).digest("hex"),
    );
    return made as [string, ...string[]];
  }

  openText(place: string, sealed: string): string {
    return this.open(place, sealed).toString("utf8");
  }
}
