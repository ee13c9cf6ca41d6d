import { createCipheriv, randomBytes } from "node:crypto";

const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY = /^([A-Za-z0-9_-]+):([A-Za-z0-9+/]{43}=)$/;

/**
 * Seals for the workers of a deployment, in the form that docs/architecture.md has: with the first of the keys, and for
 * one place only.
 * @param keys OXY_ENCRYPTION_KEYS: `id:base64 of 32 bytes`, comma separated
 * @throws TypeError for keys of another form, without them
 */
export function sealFor(keys: string, place: string, plain: string): string {
  const [, id, base64] = KEY.exec(keys.split(",")[0]?.trim() ?? "") ?? [];
  if (id === undefined || base64 === undefined)
    throw new TypeError(
      "OXY_ENCRYPTION_KEYS: expected id:base64 of 32 bytes, comma separated, got something else",
    );
  const iv = randomBytes(IV_BYTES);
  const key = Buffer.from(base64, "base64");
  const cipher = createCipheriv("aes-256-gcm", key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(place));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return `${id}.${Buffer.concat([iv, cipher.getAuthTag(), body]).toString("base64")}`;
}
