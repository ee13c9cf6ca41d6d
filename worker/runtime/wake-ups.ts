import { Queue, type ConnectionOptions } from "bullmq";
import { dueMember } from "../conversation/keys.ts";
import type { Conversation } from "../conversation/types.ts";
import type { MessageJob } from "../jobs/message/handler.ts";
import { LOOK_JOB, PROOF_JOB, REPLY_PRIORITY, TURN_JOB } from "../jobs/message/job.ts";
import { errorFields, type Logger } from "./logging.ts";
import { LongBlockingWorker } from "./long-blocking-worker.ts";
import { messageQueue } from "./queue-names.ts";
import { KEEP_FAILED, logTrouble } from "./queue-trouble.ts";

/** Longer than any turn, so that no command is spent on renewing locks. */
const LOCK_MS = 10 * 60_000;

export interface WakeUpOptions {
  readonly connection: ConnectionOptions;
  /** BullMQ's prefix: the hash tag of the deployment. */
  readonly prefix: string;
  readonly slot: number;
  readonly concurrency: number;
  readonly log: Logger;
  /** Told of the worker and how a job for it alone is added, to see that it takes what waits. */
  watch?(worker: LongBlockingWorker, prove: () => Promise<unknown>): void;
  handle(job: MessageJob): Promise<void>;
}

/** After this long a wake-up counts as lost. */
const LOST_MS = 60_000;

/** The queue that wakes one process, and the BullMQ worker that takes from it. */
export class WakeUps {
  readonly queue: Queue;
  readonly #worker: LongBlockingWorker;
  readonly #options: WakeUpOptions;
  /** When the last wake-up of a conversation that was not taken yet could be. */
  readonly #queued = new Map<string, number>();

  private constructor(options: WakeUpOptions) {
    const { connection, prefix, slot, concurrency, log } = options;
    this.#options = options;
    this.queue = new Queue(messageQueue(slot), {
      connection,
      prefix,
      defaultJobOptions: { removeOnComplete: true, removeOnFail: KEEP_FAILED, attempts: 1 },
    });
    this.#worker = new LongBlockingWorker(
      this.queue.name,
      async (job) => {
        if (job.name === PROOF_JOB) return;
        // Anything may stand in a queue; the handler refuses what is malformed.
        this.#queued.delete(dueMember((job.data ?? {}) as Conversation));
        await options.handle(job);
      },
      {
        connection,
        prefix,
        concurrency,
        lockDuration: LOCK_MS,
        // What a crash interrupts is found by the sweep.
        skipStalledCheck: true,
      },
    );
    // Without a priority it is taken before all that wait.
    options.watch?.(this.#worker, () => this.queue.add(PROOF_JOB, {}));
    logTrouble(this.queue, this.#worker, log, { slot });
  }

  /** Empties the slot's queue, whose jobs woke another process, and starts to take from it. */
  static async open(options: WakeUpOptions): Promise<WakeUps> {
    const wakeUps = new WakeUps(options);
    await wakeUps.queue.drain(true);
    // What the last holder of the slot was at when it died; the sweep does it.
    await wakeUps.queue.clean(0, 0, "active");
    wakeUps.#worker.begin();
    await wakeUps.#worker.waitUntilReady();
    return wakeUps;
  }

  /**
   * As {@link wake}, unless one that is not delayed any more waits already: a sweep repeats itself while the queue is long.
   */
  wakeOnce(conversation: Conversation): void {
    const now = performance.now();
    const since = this.#queued.get(dueMember(conversation));
    if (since === undefined || since > now || now - since > LOST_MS) this.wake(conversation);
  }

  /** Best effort: the sweep finds what was not added. */
  wake(conversation: Conversation, delayMs = 0): void {
    const { organization, chat } = conversation;
    this.#queued.set(dueMember(conversation), performance.now() + delayMs);
    // No job id of our own: a dead job with that id would swallow the next one.
    this.queue
      .add(
        TURN_JOB,
        { organization, chat },
        { priority: REPLY_PRIORITY, ...(delayMs > 0 ? { delay: delayMs } : {}) },
      )
      .catch((error: unknown) => {
        this.#queued.delete(dueMember(conversation));
        this.#options.log.warn("wake-up not added", { organization, chat, ...errorFields(error) });
      });
  }

  /** Tells other processes that shards are free. */
  async announce(slots: readonly number[]): Promise<void> {
    const { connection, prefix } = this.#options;
    for (const slot of slots) {
      const queue = new Queue(messageQueue(slot), {
        connection,
        prefix,
        defaultJobOptions: { removeOnComplete: true },
      });
      await queue.add(LOOK_JOB, {});
      await queue.close();
    }
  }

  /** Takes no new jobs; resolves when those under way are done. */
  async drain(): Promise<void> {
    await this.#worker.close();
  }

  async close(): Promise<void> {
    await this.#worker.close(true);
    await this.queue.close();
  }
}
