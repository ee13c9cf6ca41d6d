import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import { storeTime } from "../adapters/redis/store-time.ts";
import type { SessionRecord } from "./session-record.ts";
import { SHARDS } from "./shards.ts";

/** What the store says of a process that is there. */
interface ProcessOverview {
  readonly id: string;
  readonly slot: number;
  readonly fleet: string;
  /** `host/region`, or "" where it was not told; so with the image. */
  readonly place: string;
  readonly image: string;
  readonly version: string;
  /** When it was last heard of, in ms of store time. */
  readonly heartbeat: number;
  /** How many it holds. */
  readonly shards: number;
}

/** Who is there, who holds what, and which numbers are connected. Nothing of it is secret. */
export interface Overview {
  /** Store time, in ms. */
  readonly at: number;
  readonly processes: readonly ProcessOverview[];
  /** Shards that nobody holds. */
  readonly freeShards: number;
  /** By organization. */
  readonly sessions: Readonly<Record<string, SessionRecord>>;
}

/** Reads it from the store, as it is at about this moment. */
export async function readOverview(redis: Redis, keys: Keys): Promise<Overview> {
  const [at, slots, leases, sessions] = await Promise.all([
    storeTime(redis),
    redis.hgetall(keys.slots),
    redis.hgetall(keys.leases),
    redis.hgetall(keys.sessions),
  ]);
  const held = heldBy(Object.values(leases), at);
  const processes = await Promise.all(
    Object.entries(slots).map(async ([slot, id]) => {
      const {
        fleet = "",
        place = "",
        image = "",
        version = "",
        heartbeat,
      } = await redis.hgetall(keys.process(id));
      // A process that was killed keeps its slot until another one claims it.
      if (heartbeat === undefined) return [];
      const shards = held.get(id) ?? 0;
      return [{ id, slot: Number(slot), fleet, place, image, version, heartbeat: Number(heartbeat), shards }];
    }),
  );
  return {
    at,
    processes: processes.flat().toSorted((a, b) => a.slot - b.slot),
    freeShards: SHARDS - [...held.values()].reduce((sum, shards) => sum + shards, 0),
    sessions: Object.fromEntries(
      Object.entries(sessions).map(([organization, json]) => [
        organization,
        JSON.parse(json) as SessionRecord,
      ]),
    ),
  };
}

/** Process → shards, of the leases that have not run out. */
function heldBy(leases: readonly string[], at: number): Map<string, number> {
  const held = new Map<string, number>();
  for (const lease of leases) {
    const [owner = "-", , expiry] = lease.split(" ");
    if (owner !== "-" && Number(expiry) > at) held.set(owner, (held.get(owner) ?? 0) + 1);
  }
  return held;
}
