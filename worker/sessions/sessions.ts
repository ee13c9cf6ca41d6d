import type { Logger } from "../runtime/logging.ts";
import type { Lease } from "./lease.ts";
import type { Organizations } from "./organizations.ts";
import { Session, type SessionOptions } from "./session.ts";
import { shardOf } from "./shards.ts";

export interface SessionsOptions extends Pick<
  SessionOptions,
  "whatsapp" | "stillOurs" | "opened" | "disconnected" | "ended" | "accepted" | "ack" | "receipt"
> {
  readonly organizations: Organizations;
  readonly log: Logger;
  /** The lease of a shard, while it is surely held. */
  lease(shard: number): Lease | undefined;
}

/** The sessions of the shards that this process holds. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #sessions = new Map<string, Session>();
  #opening: Promise<unknown> = Promise.resolve();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  of(organization: string): Session | undefined {
    return this.#sessions.get(organization);
  }

  get all(): readonly Session[] {
    return [...this.#sessions.values()];
  }

  /** Shard → how many sessions it has here. */
  get byShard(): ReadonlyMap<number, number> {
    const counts = new Map<number, number>();
    for (const { lease } of this.all) counts.set(lease.shard, (counts.get(lease.shard) ?? 0) + 1);
    return counts;
  }

  /** Resolves when the sessions of all shards that were acquired until now have begun to open. */
  async settled(): Promise<void> {
    await this.#opening;
  }

  /** Opens what belongs to these shards. */
  async acquired(leases: readonly Lease[]): Promise<void> {
    const opened = this.#openAll(leases);
    this.#opening = Promise.allSettled([this.#opening, opened]);
    await opened;
  }

  async #openAll(leases: readonly Lease[]): Promise<void> {
    const shards = new Set(leases.map(({ shard }) => shard));
    await this.#options.organizations.load();
    const opened = this.#options.organizations.ids.map(async (organization) => {
      const shard = shardOf(organization);
      // Asked only now: the lease may have gone while the organizations were read.
      const lease = shards.has(shard) ? this.#options.lease(shard) : undefined;
      if (lease !== undefined) await this.open(organization, lease);
    });
    await Promise.all(opened);
  }

  /** Opens one organization's session, unless it is open under this lease. */
  async open(organization: string, lease: Lease): Promise<Session> {
    const present = this.#sessions.get(organization);
    if (present?.lease.epoch === lease.epoch && present.status !== "closed") return present;
    present?.terminate();
    const session = new Session({
      ...this.#options,
      organization,
      lease,
      settings: () => this.#options.organizations.settings(organization),
    });
    this.#sessions.set(organization, session);
    await session.start();
    return session;
  }

  /** Does something with what is stored of an organization's session, which is closed meanwhile and opened again after. */
  async whileClosed(organization: string, lease: Lease, work: () => Promise<void>): Promise<void> {
    const session = this.#sessions.get(organization);
    await session?.close();
    try {
      await work();
    } finally {
      if (session !== undefined && this.#sessions.get(organization) === session)
        await this.open(organization, lease);
    }
  }

  /** Unlinks an organization's phone; its session is gone. False where WhatsApp could not be told. */
  async logOut(organization: string): Promise<boolean> {
    const session = this.#sessions.get(organization);
    this.#sessions.delete(organization);
    return (await session?.logOut()) ?? false;
  }

  /** Cuts the sockets of these shards before it returns. */
  lost(leases: readonly Lease[]): void {
    for (const [organization, session] of this.#under(leases)) {
      session.terminate();
      this.#sessions.delete(organization);
    }
  }

  /** Stores what is under way in the sessions of these shards and closes their sockets. */
  async close(leases: readonly Lease[]): Promise<void> {
    await this.#close(this.#under(leases));
  }

  /** The same for all that there are; one that is being closed is awaited. */
  async closeAll(): Promise<void> {
    await this.#close([...this.#sessions]);
  }

  async #close(sessions: readonly [organization: string, session: Session][]): Promise<void> {
    await Promise.all(
      sessions.map(async ([organization, session]) => {
        await session.close();
        // Meanwhile the lease may have gone, come back, and brought another session.
        if (this.#sessions.get(organization) === session) this.#sessions.delete(organization);
      }),
    );
  }

  #under(leases: readonly Lease[]): [organization: string, session: Session][] {
    const epochs = new Map(leases.map(({ shard, epoch }) => [shard, epoch]));
    return [...this.#sessions].filter(([, { lease }]) => epochs.get(lease.shard) === lease.epoch);
  }
}
