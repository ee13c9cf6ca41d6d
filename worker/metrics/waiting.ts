import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import { Script } from "../adapters/redis/script.ts";
import { waitsLua } from "./scripts.ts";

/**
 * What waits in the shards of a fleet: messages that were accepted and neither answered, nor given up, nor left to a
 * person. The time of a back-off counts, because the customer waits. An answer that is being sent does not: it waits
 * for its number, which may be logged out for days, and no process more would hasten it.
 */
export interface Waiting {
  /** When it was measured, in ms of store time. */
  readonly at: number;
  readonly conversations: number;
  /** How long the oldest message has waited, in ms; 0 when none waits. */
  readonly oldestMs: number;
}

/** What came of asking: `waiting` is missing when another process of the fleet has asked in this interval. */
export interface Measured {
  /** In ms of store time. */
  readonly at: number;
  readonly waiting?: Waiting;
}

const script = new Script("waiting", [...waitsLua, new URL("waiting.lua", import.meta.url)]);

/**
 * Measures once per fleet and interval, for whoever asks first: so one process of a fleet publishes, and when it dies
 * the others go on with the next interval.
 *
 * It reads the record itself and keeps no index, which would cost two commands more for each turn of every deployment.
 * A call is one command; inside are three where nothing is under way, and else four, one per process of any fleet, one
 * per shard with anything under way, two per conversation that waits, and one per conversation that is being sent to.
 */
export async function measureWaiting(
  redis: Redis,
  keys: Keys,
  { fleet, everyMs }: { readonly fleet: string; readonly everyMs: number },
): Promise<Measured> {
  const reply = await script.run(redis, [keys.leases, keys.measured(fleet)], [keys.prefix, fleet, everyMs]);
  const { at, ...figures } = JSON.parse(reply as string) as { at: number } & Partial<Omit<Waiting, "at">>;
  const { conversations, oldestMs } = figures;
  if (conversations === undefined || oldestMs === undefined) return { at };
  return { at, waiting: { at, conversations, oldestMs } };
}
