import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";

/** Scheduled job → the last local day for which it was done. */
export type DoneDays = Readonly<Record<string, string>>;

/** Hash: organization → {@link DoneDays} as JSON; `notices/lua/push.lua` writes it together with what a job comes to. */
function doneKey(keys: Keys): string {
  return `${keys.prefix}:done`;
}

/** Of every organization, in one command. */
export async function readDone(redis: Redis, keys: Keys): Promise<ReadonlyMap<string, DoneDays>> {
  const stored = await redis.hgetall(doneKey(keys));
  return new Map(
    Object.entries(stored).map(([organization, json]) => [organization, JSON.parse(json) as DoneDays]),
  );
}

export async function readDoneOf(redis: Redis, keys: Keys, organization: string): Promise<DoneDays> {
  const json = await redis.hget(doneKey(keys), organization);
  return json === null ? {} : (JSON.parse(json) as DoneDays);
}
