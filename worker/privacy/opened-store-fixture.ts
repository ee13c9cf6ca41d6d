import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import type { Sealing } from "../adapters/redis/sealing.ts";

const SEALED = /[A-Za-z0-9_-]{1,40}\.[A-Za-z0-9+/]{40,}={0,2}/g;

/**
 * All that a namespace holds, a line for each entry: type, key, and what is in it, with whatever was sealed opened. `places` of what is
 * sealed are tried as the key and its entries suggest them.
 */
export async function openedStore({
  redis,
  keys,
  sealing,
}: {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly sealing: Sealing;
}): Promise<string[]> {
  const lines: string[] = [];
  for (const key of (await redis.keys(`${keys.prefix}:*`)).toSorted()) {
    const type = await redis.type(key);
    for (const entry of await entriesOf(redis, key, type))
      lines.push(`${type} ${key} ${opened(sealing, keys, key, entry)}`);
  }
  return lines;
}

async function entriesOf(redis: Redis, key: string, type: string): Promise<string[]> {
  switch (type) {
    case "string":
      return [(await redis.get(key)) ?? ""];
    case "hash":
      return Object.entries(await redis.hgetall(key))
        .map(([field, value]) => `${field} ${value}`)
        .toSorted();
    case "list":
      return await redis.lrange(key, 0, -1);
    case "set":
      return (await redis.smembers(key)).toSorted();
    case "zset":
      return await redis.zrange(key, "0", "-1");
    case "stream":
      return (await redis.xrange(key, "-", "+")).map(([id, fields]) => `${id} ${fields.join(" ")}`);
    default:
      return [];
  }
}

function opened(sealing: Sealing, keys: Keys, key: string, entry: string): string {
  // Lua writes every slash of JSON with a backslash.
  return entry.replaceAll("\\/", "/").replaceAll(SEALED, (sealed) => {
    for (const place of placesOf(keys, key, entry)) {
      try {
        return sealing.openText(place, sealed);
      } catch {
        // Sealed for another place.
      }
    }
    throw new Error(`nothing opens a value of ${key}: what it is sealed for is to be told here`);
  });
}

function placesOf(keys: Keys, key: string, entry: string): string[] {
  const words = key.slice(keys.prefix.length + 1).split(":");
  const [family = "", organization = "", ...rest] = words;
  const [field = ""] = entry.split(" ");
  const chat = rest[0] ?? "";
  return [
    `conversation:${organization}:${chat}`,
    `conversation:${organization}:${entry.split(" ").at(-2) ?? ""}`,
    `inbox:${organization}:${rest.join(":")}`,
    `lane:${organization}`,
    `campaign:${organization}:${chat}`,
    `recipients:${organization}:${chat}`,
    `automation:${organization}:${chat}`,
    `${keys.organizations} ${field}`,
    `${key} ${field}`,
    key,
    keys.meta,
    ...(family === "notices" ? [`notice:${organization}:${(JSON.parse(entry) as { id: string }).id}`] : []),
  ];
}
