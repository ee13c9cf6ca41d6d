import { Worker } from "bullmq";

/** How long an idle worker blocks on Redis, in s; each time costs a command. */
export const BLOCK_SECONDS = 300;

/**
 * BullMQ blocks at most 10 s while a job is delayed, half a million commands a month. A job that is added or due wakes a
 * worker that blocks for longer all the same (facts measured on 6.7.0).
 */
export class LongBlockingWorker extends Worker {
  override get maximumBlockTimeout(): number {
    return BLOCK_SECONDS;
  }
}
