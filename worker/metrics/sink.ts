import type { Waiting } from "./waiting.ts";

/** Where the figures of a fleet go. */
export interface MetricsSink {
  /** Rejects when they did not arrive; ends early, one way or the other, once `signal` is aborted. */
  publish(waiting: Waiting, signal: AbortSignal): Promise<void>;
}
