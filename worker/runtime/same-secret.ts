import { createHash, timingSafeEqual } from "node:crypto";

/** How long it takes tells nothing of what was expected. */
export function isSameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
