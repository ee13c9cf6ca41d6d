import type { Queue } from "bullmq";
import { errorFields, type LogFields, type Logger } from "./logging.ts";
import type { LongBlockingWorker } from "./long-blocking-worker.ts";

/** Failed jobs kept for a person to see; the age is in s. */
export const KEEP_FAILED = { count: 1_000, age: 7 * 24 * 3_600 };

/** Logs what goes wrong with a queue and its jobs. @param which names the queue */
export function logTrouble(queue: Queue, worker: LongBlockingWorker, log: Logger, which: LogFields): void {
  queue.on("error", (error) => log.warn("queue error", { ...which, ...errorFields(error) }));
  worker.on("error", (error) => log.warn("queue worker error", { ...which, ...errorFields(error) }));
  worker.on("failed", (job, error) =>
    log.warn("job failed", { ...which, job: job?.id, name: job?.name, ...errorFields(error) }),
  );
}
