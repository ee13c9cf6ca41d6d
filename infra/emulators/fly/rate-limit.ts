import { Refusal } from "../emulator.ts";

/** Requests per second, and how many at once (Fly docs, machines/api/working-with-machines-api, 2026-08). */
const LIMIT = { perSecond: 1, atOnce: 3 };
const LOOKS_LIMIT = { perSecond: 5, atOnce: 10 };

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

/** Counts each action on each app or machine by itself. */
export class RateLimit {
  readonly #buckets = new Map<string, Bucket>();

  /** @param isLook at one machine, which may be done more often @throws Refusal when it is too often */
  admit(action: string, isLook: boolean): void {
    const { perSecond, atOnce } = isLook ? LOOKS_LIMIT : LIMIT;
    const nowMs = performance.now();
    const { tokens, filledAtMs } = this.#buckets.get(action) ?? { tokens: atOnce, filledAtMs: nowMs };
    const now = Math.min(atOnce, tokens + ((nowMs - filledAtMs) / 1_000) * perSecond);
    if (now < 1) throw new Refusal(429, "rate limit exceeded");
    this.#buckets.set(action, { tokens: now - 1, filledAtMs: nowMs });
  }
}
