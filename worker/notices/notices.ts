import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import type { Sealing } from "../adapters/redis/sealing.ts";
import { shardOf } from "../sessions/shards.ts";
import { sealNotice } from "./sealed-notice.ts";
import { scripts } from "./scripts.ts";

const DAY_MS = 24 * 3_600_000;
/** Of push.lua. */
const ERASED = -2;
const ID = /^[\w.-]{1,100}$/;

/** Something that an organization's own number tells one of its people. */
export interface Notice {
  readonly organization: string;
  /** Digits, with the country's code. */
  readonly to: { readonly number: string };
  /** 1 to 100 letters, digits, '_', '.' and '-'. */
  readonly id: string;
  readonly text: string;
  /** After this long it is not worth telling any more, in ms; a day unless told. */
  readonly forMs?: number;
}

/** What a scheduled job comes to, for one organization and local day. */
export interface Outcome {
  readonly job: string;
  /** YYYY-MM-DD in the organization's time zone. */
  readonly day: string;
  readonly notices: readonly Omit<Notice, "organization">[];
  /** {@link Notices.erasures} before anything was read that it says. */
  readonly erasures: string;
  /** Stored with it, sealed; what was there before goes. */
  readonly keep?: { readonly key: string; readonly value: string; readonly forMs: number };
}

export interface NoticesOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly sealing: Sealing;
}

/** Somebody was erased since a job read what it tells: it may name them, and is to be done anew. */
export class ErasedMeanwhile extends Error {
  override readonly name = "ErasedMeanwhile";
}

/**
 * What organizations tell their own people: queued by any process, sent by the owner of the number. No campaign's caps or
 * quiet hours hold for it. Each call is one command.
 */
export class Notices {
  readonly #options: NoticesOptions;

  constructor(options: NoticesOptions) {
    this.#options = options;
  }

  /** Once per organization, id and number within a week. @throws RangeError for an id that is none */
  async push({ organization, ...notice }: Notice): Promise<"queued" | "repeated"> {
    const queued = await this.#push(organization, [notice], {});
    return queued === 1 ? "queued" : "repeated";
  }

  /** Another one each time that somebody was erased, of whatever organization. */
  async erasures(): Promise<string> {
    const { redis, keys } = this.#options;
    return (await redis.get(keys.erased)) ?? "";
  }

  /**
   * All of it or nothing: "repeated" when the job was done for this day, or a later one, before.
   * @throws ErasedMeanwhile
   */
  async conclude(
    organization: string,
    { job, day, notices, erasures, keep }: Outcome,
  ): Promise<"concluded" | "repeated"> {
    const queued = await this.#push(organization, notices, {
      once: { job, day, erasures },
      ...(keep === undefined ? {} : { keep: { key: keep.key, value: keep.value, ms: keep.forMs } }),
    });
    if (queued === ERASED) throw new ErasedMeanwhile(`${job} of ${day}: somebody was erased meanwhile`);
    return queued < 0 ? "repeated" : "concluded";
  }

  async #push(
    organization: string,
    notices: readonly Omit<Notice, "organization">[],
    further: object,
  ): Promise<number> {
    const { redis, keys, sealing } = this.#options;
    const item = {
      organization,
      notices: notices.map(({ to, id, text, forMs = DAY_MS }) => {
        if (!ID.test(id)) throw new RangeError(`notice: expected an id of ${ID.source}, got "${id}"`);
        const each = `${id}.${shortDigest(to.number)}`;
        return { id: each, forMs, body: sealNotice(sealing, organization, each, { ...to, text }) };
      }),
      ...further,
    };
    return Number(
      await scripts.push.run(redis, [], [shardOf(organization), keys.prefix, JSON.stringify(item)]),
    );
  }
}

/** Two people are told under one id; their numbers are not to stand in a key. */
function shortDigest(number: string): string {
  return createHash("sha256").update(number).digest("hex").slice(0, 8);
}
