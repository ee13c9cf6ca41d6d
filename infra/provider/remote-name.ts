import { createHash } from "node:crypto";

/** Digits of the hash that stands for what had to be cut off. */
const HASH_DIGITS = 8;

/**
 * What something of a stack is called at a host or store: the same for the same parts, so that it is found again, and
 * no longer than the API allows. @param parts of a-z, 0-9 and '-'
 */
export function remoteName(parts: readonly string[], longest: number): string {
  const name = ["oxy", ...parts].join("-");
  if (name.length <= longest) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, HASH_DIGITS);
  return `${name.slice(0, longest - HASH_DIGITS - 1).replace(/-+$/, "")}-${hash}`;
}
