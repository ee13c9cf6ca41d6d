import { errorFields, type Logger } from "../runtime/logging.ts";
import { chosen } from "./chosen.ts";
import type { Lease } from "./lease.ts";
import type { LettingGo } from "./letting-go.ts";
import type { Membership } from "./membership.ts";
import type { Sessions } from "./sessions.ts";

export interface HandOverOptions {
  readonly membership: Pick<Membership, "leases" | "handOver">;
  readonly lettingGo: Pick<LettingGo, "letGo">;
  readonly sessions: Pick<Sessions, "all" | "byShard" | "lost">;
  readonly log: Logger;
  /** How long the answers under way in a shard are awaited, in ms. */
  readonly patienceMs: number;
  /** Organizations that an operator is at with: their shards stay meanwhile. */
  busy(organization: string): boolean;
  /** Tells the processes in these slots that there is something for them. */
  announce(slots: readonly number[]): Promise<void>;
}

/** Gives what is beyond this process's part to the processes that share with it. */
export class HandOver {
  readonly #options: HandOverOptions;
  /** On their way to another process. */
  readonly #under = new Set<Lease>();

  constructor(options: HandOverOptions) {
    this.#options = options;
  }

  /** So many shards are too many, those on their way included. */
  over(count: number): void {
    const { membership, log } = this.#options;
    const more = count - this.#under.size;
    if (more <= 0) return;
    const weights = this.#options.sessions.byShard;
    const busy = new Set(
      this.#options.sessions.all
        .filter(({ organization }) => this.#options.busy(organization))
        .map(({ lease }) => lease.shard),
    );
    const candidates = membership.leases.filter((lease) => !this.#under.has(lease) && !busy.has(lease.shard));
    const leases = chosen(candidates, Math.min(more, candidates.length), (shard) => weights.get(shard) ?? 0);
    if (leases.length === 0) return;
    log.info("shards to hand over", { shards: leases.length });
    void this.#handOver(leases);
  }

  /** Each as soon as nothing is under way in it: a long thought keeps no other number from being answered. */
  async #handOver(leases: readonly Lease[]): Promise<void> {
    const closed: Lease[] = [];
    const open = new Map(
      leases.map((lease) => {
        this.#under.add(lease);
        return [lease, this.#close(lease).then(() => void closed.push(lease))];
      }),
    );
    while (open.size > 0) {
      await Promise.race(open.values());
      const given = closed.splice(0);
      for (const lease of given) open.delete(lease);
      await this.#give(given);
    }
  }

  async #close(lease: Lease): Promise<void> {
    const { lettingGo, sessions, log, patienceMs } = this.#options;
    try {
      await lettingGo.letGo([lease], patienceMs);
    } catch (error) {
      log.warn("shard not closed in order", { shard: lease.shard, ...errorFields(error) });
      sessions.lost([lease]);
    }
  }

  async #give(leases: readonly Lease[]): Promise<void> {
    const { membership, log } = this.#options;
    try {
      const slots = await membership.handOver(leases).finally(() => {
        for (const lease of leases) this.#under.delete(lease);
      });
      log.info("shards handed over", { shards: leases.length, slots: slots.join(", ") });
      await this.#options.announce(slots);
    } catch (error) {
      // Whoever has them learns it with its next beat.
      log.warn("shards not handed over, or nobody told", { shards: leases.length, ...errorFields(error) });
    }
  }
}
