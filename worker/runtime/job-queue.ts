import { Queue, type ConnectionOptions, type Job } from "bullmq";
import type { Logger } from "./logging.ts";
import { LongBlockingWorker } from "./long-blocking-worker.ts";
import type { SharedQueueName } from "./queue-names.ts";
import { KEEP_FAILED, logTrouble } from "./queue-trouble.ts";

/** A job whose process died is another's after this long at the least, in ms. */
const LOCK_MS = 60_000;
/** A job that was hit by that many deaths in a row is kept as failed: it may be what kills. */
const DEATHS_MAX = 5;

/** A job as a handler sees it: ids only, and the signal that tells it to stop. */
export interface QueuedJob {
  readonly id: string | undefined;
  readonly name: string;
  readonly data: unknown;
}

export interface JobQueueOptions {
  readonly connection: ConnectionOptions;
  /** BullMQ's prefix: the hash tag of the deployment. */
  readonly prefix: string;
  readonly name: SharedQueueName;
  /** Jobs that this process does at once. */
  readonly concurrency: number;
  /** How often jobs of dead processes are looked for, in ms; each time costs each process a command. */
  readonly stalledMs: number;
  readonly log: Logger;
  /** Told of the worker, to see that it takes what waits. */
  watch?(worker: LongBlockingWorker): void;
  handle(job: QueuedJob, signal: AbortSignal): Promise<void>;
}

/** When and how often a job is done. */
export interface AddOptions {
  /** Of jobs with the same id that are not done yet, one is kept. */
  readonly id?: string;
  /** Of jobs with the same id that are added within `ttl` ms, the first one is kept, done or not. */
  readonly deduplication?: { readonly id: string; readonly ttl: number };
  /** From now, in ms. */
  readonly delayMs?: number;
  /** Attempts until it is kept as failed; with a back-off that doubles from a second. */
  readonly attempts?: number;
}

/**
 * A queue that every process of the deployment takes from. Jobs carry ids: what is to be done stands in the store, so that a
 * lost or doubled job changes nothing.
 */
export class JobQueue {
  readonly queue: Queue;
  readonly #worker: LongBlockingWorker;
  readonly #stop = new AbortController();

  private constructor(options: JobQueueOptions) {
    const { connection, prefix, name, concurrency, stalledMs, log } = options;
    this.queue = new Queue(name, {
      connection,
      prefix,
      defaultJobOptions: { removeOnComplete: true, removeOnFail: KEEP_FAILED },
    });
    this.#worker = new LongBlockingWorker(
      name,
      async (job: Job) => {
        await options.handle({ id: job.id, name: job.name, data: job.data as unknown }, this.#stop.signal);
      },
      {
        connection,
        prefix,
        concurrency,
        lockDuration: LOCK_MS,
        stalledInterval: stalledMs,
        maxStalledCount: DEATHS_MAX,
      },
    );
    options.watch?.(this.#worker);
    logTrouble(this.queue, this.#worker, log, { queue: name });
  }

  /** Starts to take jobs. */
  static async open(options: JobQueueOptions): Promise<JobQueue> {
    const queue = new JobQueue(options);
    queue.#worker.begin();
    await queue.#worker.waitUntilReady();
    return queue;
  }

  async add(
    name: string,
    data: object,
    { id, deduplication, delayMs = 0, attempts = 1 }: AddOptions = {},
  ): Promise<void> {
    await this.queue.add(name, data, {
      attempts,
      ...(attempts > 1 ? { backoff: { type: "exponential", delay: 1_000 } } : {}),
      ...(id === undefined ? {} : { jobId: id }),
      ...(deduplication === undefined ? {} : { deduplication }),
      ...(delayMs > 0 ? { delay: delayMs } : {}),
    });
  }

  /** Takes no new jobs, tells those under way to stop after `patienceMs`, and resolves when they have ended. */
  async drain(patienceMs: number): Promise<void> {
    const late = setTimeout(() => this.#stop.abort("draining"), patienceMs);
    try {
      await this.#worker.close();
    } finally {
      clearTimeout(late);
    }
  }

  async close(): Promise<void> {
    await this.#worker.close(true);
    await this.queue.close();
  }
}
