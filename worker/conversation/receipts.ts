import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import { errorFields, type Logger } from "../runtime/logging.ts";
import type { Lease } from "../sessions/lease.ts";
import type { Receipt, ReceiptState } from "../sessions/whatsapp.ts";
import { isOurs } from "./message-id.ts";
import type { Policy } from "./policy.ts";
import { scripts } from "./scripts.ts";

/** How long they are gathered, in ms, and how many at most: nobody waits for them, and each write costs a command. */
const GATHER_MS = 1_000;
const GATHERED_MAX = 100;

const RANK: Readonly<Record<ReceiptState, number>> = { delivered: 1, read: 2, played: 3 };

export interface ReceiptsOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly log: Logger;
  lease(organization: string): Lease | undefined;
  policy(organization: string): Policy;
}

/** How far parts have come, gathered over all organizations of the process into one fenced write. */
export class Receipts {
  readonly #options: ReceiptsOptions;
  /** Organization → id → how far, and when. */
  #gathered = new Map<string, Map<string, { readonly rank: number; readonly at: number }>>();
  #count = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ReceiptsOptions) {
    this.#options = options;
  }

  add(organization: string, { ids, state, at }: Receipt): void {
    const rank = RANK[state];
    for (const id of ids) {
      // Those for what the owner wrote on the phone come here, too.
      if (!isOurs(id)) continue;
      const own = this.#gathered.get(organization) ?? new Map<string, { rank: number; at: number }>();
      this.#gathered.set(organization, own);
      const before = own.get(id);
      if (before === undefined) this.#count++;
      if (before === undefined || before.rank < rank) own.set(id, { rank, at });
    }
    if (this.#count >= GATHERED_MAX) void this.flush();
    else if (this.#count > 0) this.#timer ??= setTimeout(() => void this.flush(), GATHER_MS);
  }

  /** Writes what was gathered. Never rejects: what cannot be written is lost, and the state of those parts stays behind. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { redis, keys, log } = this.#options;
    const gathered = this.#gathered;
    this.#gathered = new Map();
    this.#count = 0;
    const batches = [...gathered].flatMap(([organization, own]) => {
      const lease = this.#options.lease(organization);
      const receipts = [...own].map(([id, { rank, at }]) => [id, rank, at]);
      return lease === undefined
        ? []
        : [{ ...lease, organization, day: this.#options.policy(organization).day, receipts }];
    });
    if (batches.length === 0) return;
    try {
      await scripts.receipts.run(redis, [keys.leases], [keys.prefix, JSON.stringify(batches)]);
    } catch (error) {
      log.warn("receipts not recorded", errorFields(error));
    }
  }
}
