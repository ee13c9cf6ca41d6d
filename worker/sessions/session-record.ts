import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import { Script } from "../adapters/redis/script.ts";
import { fenceLua } from "../conversation/scripts.ts";
import { fenceOf, LeaseLost, type Lease } from "./lease.ts";

const script = new Script("session record", [fenceLua, new URL("session-record.lua", import.meta.url)]);

/** What the store says of an organization's WhatsApp session. Times are of the store, in ms. */
export interface SessionRecord {
  readonly state: "open" | "ended";
  readonly since: number;
  /** Why it ended last. */
  readonly reason?: string;
  /** Of a session that has ended: how it is known since when; see `gapFrom`. */
  readonly endFrom?: "end" | "heartbeat" | "unknown";
  /** Of the process that had the connection: `host/region`, or "" where it was not told. */
  readonly place: string;
  readonly process: string;
  /** How long there was no connection when that process took over from another one. */
  readonly gapMs?: number;
  /**
   * What the gap is counted from: the `end` that the one before noted; the last `heartbeat` of one that was killed, so
   * that it is the most it can have been; `unknown` where neither is there. Missing until there is a second owner.
   */
  readonly gapFrom?: "end" | "heartbeat" | "unknown";
}

export interface SessionRecordsOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  /** Of this process. */
  readonly place: string | undefined;
}

/** Keeps the records of the sessions that this process owns: one call when one opens, one when it ends. */
export class SessionRecords {
  readonly #options: SessionRecordsOptions;

  constructor(options: SessionRecordsOptions) {
    this.#options = options;
  }

  /** @throws LeaseLost */
  async opened(organization: string, lease: Lease): Promise<void> {
    await this.#note(organization, lease, "");
  }

  /** Nothing is noted for a session that had no connection under this owner. @throws LeaseLost */
  async ended(organization: string, lease: Lease, reason: string): Promise<void> {
    await this.#note(organization, lease, reason);
  }

  async #note(organization: string, lease: Lease, reason: string): Promise<void> {
    const { redis, keys, place } = this.#options;
    const reply = await script.run(
      redis,
      [keys.leases, keys.sessions],
      [...fenceOf(lease), keys.prefix, organization, place ?? "", reason],
    );
    if (reply === "refused") throw new LeaseLost(lease, script.name);
  }
}
