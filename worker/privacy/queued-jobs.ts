import { Queue, type ConnectionOptions, type JobType } from "bullmq";
import type { Redis } from "ioredis";
import { SHARED_QUEUES } from "../runtime/queue-names.ts";

const STATES: JobType[] = ["waiting", "prioritized", "delayed", "failed", "completed", "waiting-children"];
const AT_ONCE = 500;

export interface QueuedJobsOptions {
  readonly redis: Redis;
  readonly connection: ConnectionOptions;
  readonly prefix: string;
}

/**
 * Removes the jobs of an organization that a pattern finds in their data, ids or failures, and what the queues' streams of events
 * say of them. A job that is being done goes when it ends: those that succeed are not kept.
 * @param pattern undefined for all of the organization's
 * @param acts false to find out alone
 * @returns how many jobs
 */
export async function removeJobs(
  { redis, connection, prefix }: QueuedJobsOptions,
  organization: string,
  pattern: RegExp | undefined,
  acts: boolean,
): Promise<number> {
  const own = ownWords(organization);
  const concerns = (text: string): boolean => own.test(text) && (pattern?.test(text) ?? true);
  let count = 0;
  for (const name of await queueNames(redis, prefix)) {
    const queue = new Queue(name, { connection, prefix, skipMetasUpdate: true });
    // Told by the calls.
    queue.on("error", () => {});
    try {
      for (const state of STATES) {
        const jobs = (await queue.getJobs([state], 0, -1)).filter((job) => job !== undefined);
        for (const job of jobs) {
          const { id, data, failedReason, stacktrace } = job;
          if (!concerns(JSON.stringify({ id, data, failedReason, stacktrace }))) continue;
          if (!acts) count++;
          // One that began meanwhile is locked.
          else if (
            await job.remove().then(
              () => true,
              () => false,
            )
          )
            count++;
        }
      }
      if (acts) await forgetEvents(redis, queue.toKey("events"), concerns);
    } finally {
      await queue.close();
    }
  }
  return count;
}

/** Finds an organization's id in a text, and not those of which it is a part. */
function ownWords(organization: string): RegExp {
  return new RegExp(`(?<![A-Za-z0-9_-])${organization}(?![A-Za-z0-9_-])`);
}

/** A slot's queue has such a key once anything was added to it, and keeps it when the slot is nobody's. */
async function queueNames(redis: Redis, prefix: string): Promise<string[]> {
  const names = new Set<string>(SHARED_QUEUES);
  let cursor = "0";
  do {
    const [next, keys] = await redis.scan(cursor, "MATCH", `${prefix}:message-*:meta`, "COUNT", AT_ONCE);
    cursor = next;
    for (const key of keys) names.add(key.slice(prefix.length + 1, -":meta".length));
  } while (cursor !== "0");
  return [...names];
}

async function forgetEvents(redis: Redis, key: string, concerns: (text: string) => boolean): Promise<void> {
  let from = "-";
  for (;;) {
    const events = await redis.xrange(key, from, "+", "COUNT", AT_ONCE);
    const named = events.filter(([, fields]) => concerns(fields.join(" "))).map(([id]) => id);
    if (named.length > 0) await redis.xdel(key, ...named);
    const last = events.at(-1);
    if (last === undefined || events.length < AT_ONCE) return;
    from = `(${last[0]}`;
  }
}
