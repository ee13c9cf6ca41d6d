import { Redis, type RedisOptions } from "ioredis";

/** Milliseconds between attempts to reconnect: with BullMQ's default, work resumes up to 20 s after Redis is back. */
const RETRY_MS = 500;
/** What BullMQ recommends, and the oldest one its scripts are tested with. Relatives of Redis say which one they equal. */
const OLDEST = "6.2";

/** Milliseconds without a byte after which the system asks whether the other side is there. */
const KEEP_ALIVE_MS = 30_000;

/** Redis answers, but as something the worker cannot run on. */
export class UnsuitableRedis extends Error {
  override readonly name = "UnsuitableRedis";
}

export interface Suitability {
  /** Refuse what is only warned of elsewhere. */
  readonly production: boolean;
  warn(sentence: string): void;
}

/** Waits for Redis as long as it takes; commands queue up meanwhile. For BullMQ's connections, too. */
export const patience = {
  maxRetriesPerRequest: null,
  retryStrategy: () => RETRY_MS,
  // A network that drops packets closes nothing: whoever blocks for minutes would not notice.
  keepAlive: KEEP_ALIVE_MS,
} satisfies RedisOptions;

export function openRedis(url: string, name: string): Redis {
  return new Redis(url, { ...patience, connectionName: name });
}

/**
 * Refuses what would lose jobs or break scripts: Redis Cluster proper, a Redis older than 6.2, and in production an
 * eviction policy other than `noeviction`. What a server does not say is taken to be right: Upstash has no policy.
 * @throws UnsuitableRedis
 */
export async function requireSuitable(
  redis: Pick<Redis, "info">,
  { production, warn }: Suitability,
): Promise<void> {
  const info = await redis.info();
  const field = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1];
  if (field("cluster_enabled") === "1") {
    throw new UnsuitableRedis(
      "REDIS_URL: expected a single Redis, got a node of a Redis Cluster, which is not supported",
    );
  }
  const version = field("redis_version");
  if (version !== undefined && isOlder(version, OLDEST)) {
    throw new UnsuitableRedis(`REDIS_URL: expected Redis ${OLDEST} or newer, got ${version}`);
  }
  const policy = field("maxmemory_policy");
  if (policy !== undefined && policy !== "noeviction") {
    const sentence = `REDIS_URL: expected maxmemory-policy noeviction, got ${policy}: Redis would drop conversations when memory runs out`;
    if (production) throw new UnsuitableRedis(sentence);
    warn(sentence);
  }
}

/**
 * Looks again whenever a connection has come back: behind the same address there may be another server by then, or one
 * that was set up anew. A look that fails because the connection went again is repeated with the next one.
 */
export function afterReconnects(
  redis: Redis,
  look: () => Promise<void>,
  failed: (error: unknown) => void,
): void {
  redis.on("ready", () => void look().catch(failed));
}

/** Compares dotted numbers; what is no number counts as new. */
function isOlder(version: string, oldest: string): boolean {
  const parts = version.split(".").map((part) => Number.parseInt(part, 10));
  for (const [index, least] of oldest.split(".").entries()) {
    const part = parts[index] ?? 0;
    if (Number.isNaN(part) || part > Number(least)) return false;
    if (part < Number(least)) return true;
  }
  return false;
}
