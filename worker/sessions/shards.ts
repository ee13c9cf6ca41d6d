import { createHash } from "node:crypto";

/** Fixed for the life of a store: written to its meta record once, compared at every start. */
export const SHARDS = 256;

/** The shard an organization belongs to: the first 4 bytes of SHA-256 of its id, modulo {@link SHARDS}. */
export function shardOf(organization: string): number {
  return createHash("sha256").update(organization).digest().readUInt32BE(0) % SHARDS;
}
