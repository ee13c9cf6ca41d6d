import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import { Script } from "../adapters/redis/script.ts";
import type { SharedQueueName } from "../runtime/queue-names.ts";
import type { SessionRecord } from "../sessions/session-record.ts";
import { SHARDS } from "../sessions/shards.ts";
import { deploymentLua } from "./scripts.ts";

/** What stands in one of the queues that every process takes from. */
export interface SharedQueue {
  /** Jobs that could be taken now. */
  readonly waiting: number;
  /** For how long the one that would be taken next has been there, in ms; 0 where none waits. */
  readonly oldestMs: number;
}

/** The same, and what is not to be taken now. */
export interface SharedQueueCounts extends SharedQueue {
  readonly delayed: number;
  readonly active: number;
  /** Kept for a person to see. */
  readonly failed: number;
}

/** What is known of a deployment as a whole, as it is at `at` (ms of store time). */
export interface DeploymentFigures<Queue extends SharedQueue = SharedQueue> {
  readonly at: number;
  /** Conversations that wait for an answer, and for how many ms the oldest has. */
  readonly conversations: number;
  readonly oldestMs: number;
  readonly queues: Readonly<Record<SharedQueueName, Queue>>;
  /** What waits for the pace of its number, and why numbers pause it: organization → what WhatsApp said. */
  readonly bulk: { readonly parts: number; readonly paused: Readonly<Record<string, string>> };
  /** By organization. */
  readonly sessions: ReadonlyMap<string, SessionRecord>;
  /** Shards that nobody holds. */
  readonly freeShards: number;
}

/** As deployment.lua makes it. */
export interface RawFigures<Queue extends SharedQueue = SharedQueue> extends Omit<
  DeploymentFigures<Queue>,
  "sessions"
> {
  readonly sessions: Readonly<Record<string, string>>;
}

const script = new Script("figures", [...deploymentLua, new URL("figures.lua", import.meta.url)]);

/** One command; inside are two more for each conversation that waits. */
export async function readFigures(redis: Redis, keys: Keys): Promise<DeploymentFigures<SharedQueueCounts>> {
  const reply = await script.run(redis, [keys.leases], [keys.prefix, SHARDS]);
  return figuresOf(JSON.parse(reply as string) as RawFigures<SharedQueueCounts>);
}

export function figuresOf<Queue extends SharedQueue>({
  sessions,
  ...figures
}: RawFigures<Queue>): DeploymentFigures<Queue> {
  const read = Object.entries(sessions).map(
    ([organization, json]) => [organization, JSON.parse(json) as SessionRecord] as const,
  );
  return { ...figures, sessions: new Map(read) };
}
