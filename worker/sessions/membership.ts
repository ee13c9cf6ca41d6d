import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import { Script } from "../adapters/redis/script.ts";
import { conversationOf } from "../conversation/keys.ts";
import { dueLua, fenceLua } from "../conversation/scripts.ts";
import type { Conversation } from "../conversation/types.ts";
import { errorFields, type Logger } from "../runtime/logging.ts";
import type { Lease } from "./lease.ts";
import { SHARDS } from "./shards.ts";

const lua = (name: string): URL => new URL(`${name}.lua`, import.meta.url);
const heartbeatScript = new Script("heartbeat", [fenceLua, ...dueLua, lua("heartbeat")]);
const releaseScript = new Script("release", [fenceLua, lua("release")]);

/** Beats per lease: two may fail before it is lost. */
const BEATS_PER_LEASE = 3;
/** The part of a lease that is not used, for the way of the reply and the drift of clocks. */
const MARGIN = 0.1;
/** Conversations taken from one beat; the next beat brings the others. */
const DUE_LIMIT = 200;

export interface MembershipOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly log: Logger;
  readonly fleet: string;
  readonly version: string;
  /** `host/region`, and the image it was started from, where they are known. */
  readonly place: string | undefined;
  readonly image: string | undefined;
  readonly leaseMs: number;
}

export interface MembershipEvents {
  /** The slot whose wake-ups this process takes; called first, and again if another one had to be claimed. */
  slot(slot: number): Promise<void>;
  acquired(leases: readonly Lease[]): void;
  /** The sockets of these shards must be cut before this returns. */
  lost(leases: readonly Lease[]): void;
  due(conversations: readonly Conversation[]): void;
  /** What operators ask for: request → JSON. Every process sees it; the owner answers. */
  requested(requests: ReadonlyMap<string, string>): void;
}

interface Beat {
  readonly slot: string;
  readonly held: readonly [shard: number, epoch: string][];
  readonly due: readonly string[];
  readonly requests: readonly string[];
}

/**
 * This process among the others on the store: its slot and its leases, kept alive by one call per beat. A lease counts
 * as held only as long as this process can know it by its own monotonic clock, whatever Redis does.
 */
export class Membership {
  readonly process = randomUUID();
  readonly #options: MembershipOptions;
  readonly #events: MembershipEvents;
  readonly #leases = new Map<number, Lease>();
  #slot = "";
  #takes = true;
  #left = false;
  /** The sockets were cut and the store does not know it: what is held must be taken anew. */
  #renounced = false;
  /** Monotonic ms until which the leases are surely ours. */
  #sureUntil = 0;
  #beating: Promise<void> | undefined;
  #next: NodeJS.Timeout | undefined;
  #fence: NodeJS.Timeout | undefined;

  constructor(options: MembershipOptions, events: MembershipEvents) {
    this.#options = options;
    this.#events = events;
  }

  /** Claims a slot and what shards are free. Waits for Redis. */
  async join(): Promise<void> {
    await this.beat();
  }

  get slot(): number {
    return Number(this.#slot);
  }

  /** The lease of a shard, while it is surely held. */
  lease(shard: number): Lease | undefined {
    return performance.now() < this.#sureUntil ? this.#leases.get(shard) : undefined;
  }

  get leases(): readonly Lease[] {
    return [...this.#leases.values()];
  }

  /** Renews, takes what is free, and learns what is due: now instead of at the next beat. */
  async beat(): Promise<void> {
    if (this.#left) return;
    this.#beating ??= this.#beat().finally(() => {
      this.#beating = undefined;
    });
    await this.#beating;
  }

  /** From here on shards are only kept, not taken. */
  stopTaking(): void {
    this.#takes = false;
  }

  /** Gives up everything. The sockets must be closed before. Returns the slots of the other processes. */
  async leave(): Promise<number[]> {
    this.#left = true;
    clearTimeout(this.#next);
    clearTimeout(this.#fence);
    await this.#beating?.catch(() => {});
    const { redis, keys } = this.#options;
    const held = this.leases.flatMap(({ shard, epoch }) => [shard, epoch]);
    this.#leases.clear();
    const slots = await releaseScript.run(
      redis,
      [keys.leases, keys.slots, keys.process(this.process)],
      [this.process, this.#slot, 1, ...held],
    );
    return (slots as string[]).map(Number);
  }

  async #beat(): Promise<void> {
    clearTimeout(this.#next);
    const { redis, keys, fleet, version, place, image, leaseMs, log } = this.#options;
    const sent = performance.now();
    const renounced = this.#renounced;
    try {
      const reply = await heartbeatScript.run(
        redis,
        [keys.leases, keys.slots, keys.process(this.process), keys.requests],
        [
          keys.prefix,
          this.process,
          fleet,
          version,
          leaseMs,
          this.#slot,
          SHARDS,
          this.#takes ? 1 : 0,
          DUE_LIMIT,
          renounced ? 1 : 0,
          place ?? "",
          image ?? "",
        ],
      );
      // Renewed before the sockets were cut: under the same epoch, what the old ones still write would be let through.
      if (this.#left || renounced !== this.#renounced) return;
      // Counted from when it was sent: the store cannot have renewed earlier than that.
      this.#sureUntil = sent + leaseMs * (1 - MARGIN);
      if (performance.now() >= this.#sureUntil) return;
      this.#renounced = false;
      await this.#apply(JSON.parse(reply as string) as Beat);
    } catch (error) {
      log.error("heartbeat failed", { process: this.process, ...errorFields(error) });
    } finally {
      if (!this.#left) this.#next = setTimeout(() => void this.beat(), leaseMs / BEATS_PER_LEASE);
    }
  }

  async #apply(beat: Beat): Promise<void> {
    clearTimeout(this.#fence);
    this.#fence = setTimeout(() => this.#fenceOff(), this.#sureUntil - performance.now());
    // First of all: the lease of a shard that is another's must not look renewed while a slot is being changed.
    const held = new Map(listOf(beat.held).map(([shard, epoch]) => [shard, epoch]));
    const lost = this.leases.filter(({ shard, epoch }) => held.get(shard) !== epoch);
    for (const { shard } of lost) this.#leases.delete(shard);
    if (lost.length > 0) this.#events.lost(lost);
    if (beat.slot !== this.#slot) {
      this.#slot = beat.slot;
      await this.#events.slot(this.slot);
    }

    const acquired: Lease[] = [];
    for (const [shard, epoch] of held) {
      if (this.#leases.has(shard)) continue;
      const lease = { shard, owner: this.process, epoch };
      this.#leases.set(shard, lease);
      acquired.push(lease);
    }
    if (acquired.length > 0) this.#events.acquired(acquired);
    const due = listOf(beat.due);
    if (due.length > 0) this.#events.due(due.map(conversationOf));
    const requests = listOf(beat.requests);
    if (requests.length > 0) this.#events.requested(pairsOf(requests));
  }

  /** No beat came through in time: the leases may be another's by now, so the sockets go, reachable store or not. */
  #fenceOff(): void {
    const lost = this.leases;
    this.#leases.clear();
    if (lost.length === 0) return;
    this.#renounced = true;
    this.#options.log.error("leases not renewed in time, sockets are cut", { shards: lost.length });
    this.#events.lost(lost);
  }
}

/** Lua writes an empty list as an empty object. */
function listOf<T>(list: readonly T[]): readonly T[] {
  return Array.isArray(list) ? (list as readonly T[]) : [];
}

function pairsOf(flat: readonly string[]): Map<string, string> {
  const pairs = new Map<string, string>();
  for (let index = 0; index + 1 < flat.length; index += 2) pairs.set(flat[index]!, flat[index + 1]!);
  return pairs;
}
