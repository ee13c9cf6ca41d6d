import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import type { Script } from "../adapters/redis/script.ts";
import { fenceOf, LeaseLost, type Lease } from "./lease.ts";
import { shardOf } from "./shards.ts";

/**
 * Runs a script that acts for an organization under the lease of its shard. Its arguments are the fence, the prefix of keys,
 * and the item as JSON.
 * @throws LeaseLost, and RangeError for the lease of another shard
 */
export async function runFenced(
  { redis, keys }: { readonly redis: Redis; readonly keys: Keys },
  script: Script,
  lease: Lease,
  item: { readonly organization: string; readonly [field: string]: unknown },
): Promise<unknown> {
  const shard = shardOf(item.organization);
  if (lease.shard !== shard)
    throw new RangeError(
      `${script.name}: ${item.organization} belongs to shard ${shard}, not ${lease.shard}`,
    );
  const args = [...fenceOf(lease), keys.prefix, JSON.stringify(item)];
  const reply = await script.run(redis, [keys.leases], args);
  if (reply === "refused") throw new LeaseLost(lease, script.name);
  return reply;
}
