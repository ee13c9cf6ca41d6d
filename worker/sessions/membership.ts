import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import { conversationOf } from "../conversation/keys.ts";
import type { Conversation } from "../conversation/types.ts";
import { errorFields, type Logger } from "../runtime/logging.ts";
import type { Lease } from "./lease.ts";
import { scripts } from "./scripts.ts";
import { SHARDS } from "./shards.ts";

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
  /** So many shards are held beyond this process's part; told with every beat until they are handed over. */
  over(shards: number): void;
  due(conversations: readonly Conversation[]): void;
  /** What operators ask for: request → JSON. Every process sees it; the owner answers. */
  requested(requests: ReadonlyMap<string, string>): void;
  /** What counts the changes of organizations' settings; told with every beat. */
  settings(version: string): void;
}

interface Beat {
  readonly slot: string;
  readonly held: readonly [shard: number, epoch: string][];
  readonly over: number;
  readonly due: readonly string[];
  readonly requests: readonly string[];
  readonly settings: string;
}

/**
 * This process among the others on the store: its slot and its leases, kept alive by one call per beat. A lease counts
 * as held only as long as this process can know it by its own monotonic clock, whatever Redis does. Processes of one
 * fleet, place and image share the shards in even parts; others wait for what these give up.
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
  /** One call at a time: what a beat tells is applied before anything is handed over, and the other way about. */
  #last: Promise<unknown> = Promise.resolve();
  /** A beat that has not begun. */
  #coming: Promise<void> | undefined;
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
    // Not joined to one that is under way: what it is to learn of may have come after that was sent.
    this.#coming ??= this.#alone(async () => {
      this.#coming = undefined;
      await this.#beat();
    });
    await this.#coming;
  }

  /** From here on shards are only kept, not taken, and the others learn of it. */
  stopTaking(): void {
    this.#takes = false;
    void this.beat();
  }

  /**
   * Hands these over to the processes that share with this one and have too few. Their sockets must be closed before.
   * Returns the slots of the processes that have got any, which do not know it yet.
   */
  async handOver(leases: readonly Lease[]): Promise<number[]> {
    return await this.#alone(async () => {
      if (this.#left) return [];
      const { redis, keys, fleet, place, image } = this.#options;
      const held = leases.filter((lease) => this.#leases.get(lease.shard) === lease);
      for (const { shard } of held) this.#leases.delete(shard);
      if (held.length === 0) return [];
      const slots = await scripts.handOver.run(
        redis,
        [keys.leases, keys.slots],
        [
          keys.prefix,
          this.process,
          fleet,
          place ?? "",
          image ?? "",
          SHARDS,
          ...held.flatMap(({ shard, epoch }) => [shard, epoch]),
        ],
      );
      return (slots as string[]).map(Number);
    });
  }

  /**
   * Gives up everything. The sockets must be closed before. Returns the slots of the other processes.
   * @param organizations how many there are in a shard, so that those who take them get as many each
   */
  async leave(organizations: ReadonlyMap<number, number> = new Map()): Promise<number[]> {
    this.#left = true;
    clearTimeout(this.#next);
    clearTimeout(this.#fence);
    return await this.#alone(async () => {
      const { redis, keys } = this.#options;
      this.#leases.clear();
      const slots = await scripts.release.run(
        redis,
        [keys.leases, keys.slots, keys.process(this.process), keys.shares(this.process)],
        [this.process, this.#slot, ...[...organizations].flat()],
      );
      return (slots as string[]).map(Number);
    });
  }

  async #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return await done;
  }

  async #beat(): Promise<void> {
    if (this.#left) return;
    clearTimeout(this.#next);
    const { redis, keys, fleet, version, place, image, leaseMs, log } = this.#options;
    const sent = performance.now();
    const renounced = this.#renounced;
    try {
      const reply = await scripts.heartbeat.run(
        redis,
        [keys.leases, keys.slots, keys.process(this.process), keys.requests],
        [
          keys.prefix,
          this.process,
          fleet,
          version,
          leaseMs,
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
    this.#events.settings(beat.settings);
    if (acquired.length > 0) this.#events.acquired(acquired);
    if (beat.over > 0) this.#events.over(beat.over);
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
