import type { Redis } from "ioredis";
import { RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import type { Keys } from "../adapters/redis/keys.ts";
import { Script } from "../adapters/redis/script.ts";
import { fenceLua } from "../conversation/scripts.ts";

/** Replies are what somebody waits for; bulk is sent to many, and takes what replies leave. */
export type Kind = "reply" | "bulk";

export interface FleetRateOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly fleet: string;
  /** Messages a second of all processes of the fleet; above 0. */
  readonly perSecond: number;
  /** As many may go out at once after a pause. */
  readonly burst: number;
}

/** Tokens bought beforehand are good for this long, in ms. */
const HELD_MS = 10_000;
/** Bought at once at the most, so that a message costs a fraction of a command. */
const BATCH_MAX = 20;
/** After a refusal tokens are bought one by one for this long, in ms. */
const SCARCE_MS = 1_000;
/** Part of the bucket that only replies may empty. */
const KEPT_FOR_REPLIES = 0.5;

const script = new Script("rate take", [fenceLua, new URL("take.lua", import.meta.url)]);

/**
 * What the processes of a fleet may send together: a bucket of tokens in the store. rate-limiter-flexible alone counts in
 * windows, which let twice the rate through around a boundary; its hook for the script makes it a bucket.
 *
 * Replies are bought in batches of half a second's worth, which a process holds for {@link HELD_MS}: a message costs a
 * command at the most, and a fifth of one at 10 a second. Over any time t no more than burst + rate × t go out, and for each
 * process a batch less one, which it may have bought before.
 */
export class FleetRate {
  readonly #buckets: Readonly<Record<Kind, RateLimiterRedis>>;
  readonly #fleet: string;
  readonly #batch: number;
  /** Bought and not used: for each batch how many, and until when (monotonic ms). */
  #held: { tokens: number; until: number }[] = [];
  /** Monotonic ms until which there is none to be had. */
  readonly #refusedUntil: Record<Kind, number> = { reply: 0, bulk: 0 };
  #scarceUntil = 0;
  /** One purchase at a time: who comes meanwhile finds what it brought. */
  #buying: Promise<void> | undefined;

  constructor({ redis, keys, fleet, perSecond, burst }: FleetRateOptions) {
    this.#fleet = fleet;
    const capacity = Math.max(1, burst);
    this.#batch = Math.max(1, Math.min(Math.floor(perSecond / 2), Math.floor(capacity / 2), BATCH_MAX));
    const bucket = (points: number): RateLimiterRedis =>
      new RateLimiterRedis({
        // Not the client itself: the library would define a command on it, which the next limiter overwrites.
        storeClient: {
          rlflxIncr: async ([key, wanted]: [string, string]) =>
            await script.run(redis, [key], [wanted, points, perSecond]),
        },
        keyPrefix: `${keys.prefix}:rate`,
        points,
        // The script fills by the rate; the library only wants to be told that there is a time.
        duration: 1,
      });
    // The same key: what one takes the other does not have.
    this.#buckets = {
      reply: bucket(capacity),
      bulk: bucket(Math.max(1, Math.floor(capacity * (1 - KEPT_FOR_REPLIES)))),
    };
  }

  /** 0 when one message may go out now; else how long to wait before asking again, in ms. */
  async take(kind: Kind): Promise<number> {
    for (;;) {
      if (kind === "reply" && this.#takeHeld()) return 0;
      const waitMs = this.#refusedUntil[kind] - performance.now();
      if (waitMs > 0) return Math.ceil(waitMs);
      if (kind === "bulk") return await this.#buy(kind, 1);
      this.#buying ??= this.#buyReplies().finally(() => {
        this.#buying = undefined;
      });
      await this.#buying;
    }
  }

  /** What was taken is not needed after all. */
  giveBack(): void {
    this.#hold(1);
  }

  async #buyReplies(): Promise<void> {
    const wanted = performance.now() < this.#scarceUntil ? 1 : this.#batch;
    if ((await this.#buy("reply", wanted)) === 0) {
      this.#hold(wanted);
      return;
    }
    this.#scarceUntil = performance.now() + SCARCE_MS;
    // There may be less than a batch, and that will do.
    if (wanted === 1) return;
    this.#refusedUntil.reply = 0;
    if ((await this.#buy("reply", 1)) === 0) this.#hold(1);
  }

  async #buy(kind: Kind, tokens: number): Promise<number> {
    try {
      await this.#buckets[kind].consume(this.#fleet, tokens);
      return 0;
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      this.#refusedUntil[kind] = performance.now() + refusal.msBeforeNext;
      return refusal.msBeforeNext;
    }
  }

  #hold(tokens: number): void {
    this.#forgetUnused();
    this.#held.push({ tokens, until: performance.now() + HELD_MS });
  }

  #forgetUnused(): void {
    const now = performance.now();
    this.#held = this.#held.filter(({ tokens, until }) => tokens > 0 && until > now);
  }

  #takeHeld(): boolean {
    this.#forgetUnused();
    const [first] = this.#held;
    if (first === undefined) return false;
    first.tokens--;
    return true;
  }
}
