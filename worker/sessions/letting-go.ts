import type { Turns } from "../conversation/turns.ts";
import type { Outbox } from "../conversation/outbox.ts";
import type { Lease } from "./lease.ts";
import type { Sessions } from "./sessions.ts";
import { shardOf } from "./shards.ts";

export interface LettingGoOptions {
  readonly turns: Turns;
  readonly outbox: Outbox;
  readonly sessions: Sessions;
  /** The lease of a shard, while it is surely held. */
  lease(shard: number): Lease | undefined;
}

/** Shards that are about to be another's: nothing is begun for them, what is under way ends, their sockets close. */
export class LettingGo {
  readonly #options: LettingGoOptions;
  /** By shard. A lease that comes back later has another epoch, and is another object. */
  readonly #going = new Map<number, Lease>();

  constructor(options: LettingGoOptions) {
    this.#options = options;
  }

  /** The lease of a shard, for whoever begins something; undefined too while the shard is let go. */
  lease(shard: number): Lease | undefined {
    const lease = this.#options.lease(shard);
    return lease !== undefined && this.includes(lease) ? undefined : lease;
  }

  includes(lease: Lease): boolean {
    return this.#going.get(lease.shard) === lease;
  }

  /**
   * Resolves when the sockets of these shards are closed and everything that was under way is in the store. What is
   * thought or awaits an ack after `patienceMs` is left to the next owner.
   */
  async letGo(leases: readonly Lease[], patienceMs: number): Promise<void> {
    const { turns, outbox, sessions } = this.#options;
    const deadline = performance.now() + patienceMs;
    const shards = new Set(leases.map(({ shard }) => shard));
    for (const lease of leases) this.#going.set(lease.shard, lease);
    await turns.ended(shards, patienceMs);
    await outbox.idle((organization) => shards.has(shardOf(organization)), deadline - performance.now());
    await sessions.close(leases);
  }

  /** They are another's, or were taken away meanwhile. */
  gone(leases: readonly Lease[]): void {
    for (const lease of leases) if (this.includes(lease)) this.#going.delete(lease.shard);
  }
}
