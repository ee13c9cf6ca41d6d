import { randomBytes } from "node:crypto";

const DIGITS = "0123456789abcdefghijklmnopqrstuv";
const LENGTH = 20;

/** As Render's look: `srv-cpbqd6jievbks45cf6m0`. */
export function newId(kind: string): string {
  const digits = [...randomBytes(LENGTH)].map((byte) => DIGITS[byte % DIGITS.length]);
  return `${kind}-${digits.join("")}`;
}
