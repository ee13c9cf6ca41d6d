import { randomBytes, randomUUID } from "node:crypto";
import { applySettings, asked } from "../../provider/local/redis-settings.ts";
import { Refusal } from "../emulator.ts";
import type { EmulatedRedis, RedisServers } from "../redis-servers.ts";

/** Bytes that a database of a plan may hold (Upstash docs, redis/overall/billing, 2026-06). */
export const PLANS: Readonly<Record<string, number>> = {
  free: 256 * 1024 ** 2,
  payg: 100 * 1024 ** 3,
  fixed_250mb: 250 * 1024 ** 2,
  fixed_1gb: 1024 ** 3,
  fixed_5gb: 5 * 1024 ** 3,
  fixed_10gb: 10 * 1024 ** 3,
  fixed_50gb: 50 * 1024 ** 3,
  fixed_100gb: 100 * 1024 ** 3,
  fixed_500gb: 500 * 1024 ** 3,
};

/** "Databases: 1" of the free tier, "up to 100" otherwise (the same page). */
const MOST_FREE = 1;
const MOST_PAID = 100;
/** How long a change takes to show, in ms; nothing of the kind is documented. */
const CHANGE_MS = 250;

/** A database as its account sees it, and the redis-server that it is. */
interface Kept {
  readonly database_id: string;
  database_name: string;
  readonly primary_region: string;
  readonly creation_time: number;
  readonly redis: EmulatedRedis;
  plan: string;
  budget: number;
  eviction: boolean;
  auto_upgrade: boolean;
  prod_pack_enabled: boolean;
  changing: { readonly what: string; readonly until: number };
}

export interface CreateRequest {
  readonly database_name: string;
  readonly primary_region: string;
  readonly plan?: string;
  readonly budget?: number;
  readonly eviction?: boolean;
}

/** The Redis databases of one account, each of them a real redis-server of this machine. */
export class EmulatedDatabases {
  readonly #servers: RedisServers;
  readonly #kept = new Map<string, Kept>();

  constructor(servers: RedisServers) {
    this.#servers = servers;
  }

  /** Without passwords. */
  list(): object[] {
    return [...this.#kept.values()].map((kept) => shown(kept));
  }

  show(id: string, options: { readonly withCredentials: boolean }): object {
    const kept = this.#of(id);
    const { password } = kept.redis;
    return { ...shown(kept), ...(options.withCredentials ? { password } : {}) };
  }

  async create(request: CreateRequest): Promise<object> {
    const { plan = "payg" } = request;
    this.#requireRoom(plan);
    const redis = await this.#servers.start({
      maxMemoryMb: megabytes(plan),
      password: randomBytes(16).toString("hex"),
    });
    const kept: Kept = {
      database_id: randomUUID(),
      database_name: request.database_name,
      primary_region: request.primary_region,
      creation_time: Math.floor(Date.now() / 1_000),
      redis,
      plan,
      budget: request.budget ?? 20,
      eviction: request.eviction ?? false,
      auto_upgrade: false,
      prod_pack_enabled: false,
      changing: changing("creating"),
    };
    await enforce(kept);
    this.#kept.set(kept.database_id, kept);
    return this.show(kept.database_id, { withCredentials: true });
  }

  async delete(id: string): Promise<void> {
    const kept = this.#of(id);
    this.#kept.delete(id);
    await kept.redis.stop();
  }

  async changePlan(
    id: string,
    request: {
      readonly plan_name: string;
      readonly auto_upgrade?: boolean;
      readonly prod_pack_enabled?: boolean;
    },
  ): Promise<void> {
    const kept = this.#of(id);
    if (request.plan_name === "free" && kept.plan !== "free") this.#requireRoom("free");
    kept.plan = request.plan_name;
    kept.auto_upgrade = request.auto_upgrade ?? kept.auto_upgrade;
    kept.prod_pack_enabled = request.prod_pack_enabled ?? kept.prod_pack_enabled;
    kept.changing = changing("changing plan");
    await enforce(kept);
  }

  async change(
    id: string,
    change: Partial<Pick<Kept, "auto_upgrade" | "budget" | "database_name" | "eviction">>,
  ): Promise<void> {
    const kept = Object.assign(this.#of(id), change);
    await enforce(kept);
  }

  #of(id: string): Kept {
    const kept = this.#kept.get(id);
    if (kept === undefined) throw new Refusal(404, "database not found");
    return kept;
  }

  #requireRoom(plan: string): void {
    const free = plan === "free";
    const count = [...this.#kept.values()].filter((kept) => (kept.plan === "free") === free).length;
    if (count >= (free ? MOST_FREE : MOST_PAID)) {
      throw new Refusal(400, free ? "free tier allows one database" : "the account has its most databases");
    }
  }
}

/** In the running server. Upstash's own policy, which it calls optimistic-volatile, drops at random, those that expire first. */
async function enforce({ redis, plan, eviction }: Kept): Promise<void> {
  await applySettings(redis.url, { persistence: "append-only", maxMemoryMb: megabytes(plan) });
  if (eviction)
    await asked(redis.url, (server) => server.config("SET", "maxmemory-policy", "volatile-random"));
}

function shown(kept: Kept): object {
  const { redis, plan, changing: change, ...all } = kept;
  const isChanging = Date.now() < change.until;
  return {
    ...all,
    region: "global",
    endpoint: redis.host,
    port: redis.port,
    // A redis-server without a certificate.
    tls: false,
    // A database that is not there yet is served by nobody.
    state: isChanging && change.what === "creating" ? "passive" : "active",
    modifying_state: isChanging ? change.what : "",
    // Which of the fixed plans it is, the API does not say.
    type: plan.startsWith("fixed_") ? "paid" : plan,
    db_disk_threshold: PLANS[plan],
    read_regions: [],
  };
}

function changing(what: string): Kept["changing"] {
  return { what, until: Date.now() + CHANGE_MS };
}

function megabytes(plan: string): number {
  return (PLANS[plan] ?? 0) / 1024 ** 2;
}
