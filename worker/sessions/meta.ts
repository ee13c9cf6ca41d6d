import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import { Unsealable, type Sealing } from "../adapters/redis/sealing.ts";
import { SHARDS } from "./shards.ts";

/** Of the keys and transitions of the conversation record; another one cannot be read by this code. */
const RECORD_VERSION = 1;
const PROOF = "this store is sealed with a configured key";

/** The store belongs to a deployment of another make. Nothing was changed. */
export class StoreMismatch extends Error {
  override readonly name = "StoreMismatch";
}

/**
 * Writes what is fixed for the life of a store the first time, and compares it ever after; says which of both it was.
 * @throws StoreMismatch on another record version, shard count or encryption key
 */
export async function requireMatchingStore(
  redis: Redis,
  keys: Keys,
  sealing: Sealing,
): Promise<"new" | "known"> {
  const expected = { version: String(RECORD_VERSION), shards: String(SHARDS) };
  // A record that is there is not completed: what it lacks, this version would not know.
  const known = (await redis.exists(keys.meta)) === 1;
  if (!known) {
    await redis
      .multi()
      .hsetnx(keys.meta, "version", expected.version)
      .hsetnx(keys.meta, "shards", expected.shards)
      .hsetnx(keys.meta, "proof", sealing.seal(keys.meta, PROOF))
      // It may be new because it lost what it had: phones ignore a message under an id that they have seen, and ids follow
      // from turns.
      .set(keys.erased, Math.floor(Date.now() / 1000), "NX")
      .exec();
  }
  const stored = await redis.hgetall(keys.meta);
  for (const [name, value] of Object.entries(expected)) {
    if (stored[name] === value) continue;
    throw new StoreMismatch(
      `${keys.meta} ${name}: expected ${value}, got ${stored[name]}: this store was written by another version`,
    );
  }
  try {
    sealing.open(keys.meta, stored["proof"] ?? "");
  } catch (error) {
    if (!(error instanceof Unsealable)) throw error;
    throw new StoreMismatch(
      `OXY_ENCRYPTION_KEYS: expected a key that opens this store, got none (${error.message}); nothing was changed`,
    );
  }
  return known ? "known" : "new";
}
