import type { Outbox } from "../conversation/outbox.ts";
import type { Lease } from "./lease.ts";
import type { Sessions } from "./sessions.ts";
import { shardOf } from "./shards.ts";
import type { UnderWay } from "./under-way.ts";

export interface LettingGoOptions {
  readonly underWay: Pick<UnderWay, "ended">;
  readonly outbox: Pick<Outbox, "idle">;
  readonly sessions: Pick<Sessions, "close" | "closeAll">;
  /** The lease of a shard, while it is surely held. */
  lease(shard: number): Lease | undefined;
}

/** Shards that are about to be another's: nothing is begun for them, what is under way ends, their sockets close. */
export class LettingGo {
  readonly #options: LettingGoOptions;
  /** A shard that comes back later comes with another lease. */
  readonly #going = new WeakSet<Lease>();
  #allGo = false;

  constructor(options: LettingGoOptions) {
    this.#options = options;
  }

  /** The lease of a shard, for whoever begins something; undefined too while the shard is let go. */
  lease(shard: number): Lease | undefined {
    const lease = this.#options.lease(shard);
    return lease !== undefined && (this.#allGo || this.#going.has(lease)) ? undefined : lease;
  }

  /**
   * Resolves when the sockets of these shards are closed and everything that was under way is in the store. What is
   * thought or awaits an ack after `patienceMs` is left to the next owner.
   */
  async letGo(leases: readonly Lease[], patienceMs: number): Promise<void> {
    const shards = new Set(leases.map(({ shard }) => shard));
    for (const lease of leases) this.#going.add(lease);
    await this.#end((shard) => shards.has(shard), patienceMs);
    await this.#options.sessions.close(leases);
  }

  /**
   * The same for whatever this process holds, also what it is letting go already, and what another one hands over before
   * it knows: that is never opened.
   */
  async letAllGo(patienceMs: number): Promise<void> {
    this.#allGo = true;
    await this.#end(() => true, patienceMs);
    await this.#options.sessions.closeAll();
  }

  async #end(concerns: (shard: number) => boolean, patienceMs: number): Promise<void> {
    const { underWay, outbox } = this.#options;
    const deadline = performance.now() + patienceMs;
    await underWay.ended(concerns, patienceMs);
    await outbox.idle((organization) => concerns(shardOf(organization)), deadline - performance.now());
  }
}
