import { mkdir, writeFile } from "node:fs/promises";
import { Redis } from "ioredis";

/** What of a server is declared. */
export interface RedisSettings {
  readonly persistence: "append-only" | "none";
  readonly maxMemoryMb: number;
}

/** How long a server may take to answer, in ms. */
const PATIENCE_MS = 2_000;

/** Writes what the server reads at each start. Its password is not in it: that comes on its standard input. */
export async function writeSettings(file: string, data: string, settings: RedisSettings): Promise<void> {
  await mkdir(data, { recursive: true, mode: 0o700 });
  const fixed = { bind: "127.0.0.1", dir: `"${data}"`, appendfsync: "everysec", save: '""' };
  const lines = Object.entries({ ...fixed, ...directivesOf(settings) }).map(
    ([key, value]) => `${key} ${value}\n`,
  );
  await writeFile(file, lines.join(""), { mode: 0o600 });
}

/** Names of the settings that are not in force as declared; undefined when the server does not answer. */
export async function settingsChanged(url: string, settings: RedisSettings): Promise<string[] | undefined> {
  try {
    return await asked(url, async (redis) => {
      const wanted = directivesOf(settings);
      // As an array under either version of the protocol.
      const flat = (await redis.call("config", "get", ...Object.keys(wanted))) as unknown;
      const inForce = pairsOf(flat);
      return Object.keys(wanted).filter((key) => inForce[key] !== wanted[key]);
    });
  } catch {
    return undefined;
  }
}

/** Changes a running server. */
export async function applySettings(url: string, settings: RedisSettings): Promise<void> {
  await asked(url, (redis) => redis.config("SET", ...Object.entries(directivesOf(settings)).flat()));
}

/**
 * Talks to a server once.
 * @param authority who signed the certificate of a `rediss://`, as PEM; anybody whom Node trusts unless told
 * @throws Error when it does not answer in time
 */
export async function asked<T>(
  url: string,
  question: (redis: Redis) => Promise<T>,
  authority?: string,
): Promise<T> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: PATIENCE_MS,
    commandTimeout: PATIENCE_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    ...(authority === undefined ? {} : { tls: { ca: authority } }),
  });
  // Told by what is asked.
  redis.on("error", () => {});
  try {
    await redis.connect();
    return await question(redis);
  } finally {
    redis.disconnect();
  }
}

/** As Redis itself reports them. BullMQ loses jobs under any policy but noeviction. */
function directivesOf({ persistence, maxMemoryMb }: RedisSettings): Record<string, string> {
  return {
    maxmemory: `${maxMemoryMb * 1024 * 1024}`,
    "maxmemory-policy": "noeviction",
    appendonly: persistence === "append-only" ? "yes" : "no",
  };
}

function pairsOf(reply: unknown): Record<string, unknown> {
  if (reply instanceof Map) return Object.fromEntries(reply as Map<string, unknown>);
  if (!Array.isArray(reply)) return reply as Record<string, unknown>;
  return Object.fromEntries(
    Array.from({ length: reply.length / 2 }, (_, index) => [reply[index * 2], reply[index * 2 + 1]]),
  );
}
