import type { BackoffTimes } from "./supervision.ts";

/** The waits between the runs of one service. */
export class Backoff {
  readonly #times: BackoffTimes;
  #failures = 0;

  constructor(times: BackoffTimes) {
    this.#times = times;
  }

  /** @returns ms to wait after a run of that many ms */
  waitAfter(ranMs: number): number {
    const { firstMs, longestMs, settledMs } = this.#times;
    if (ranMs >= settledMs) this.#failures = 0;
    return Math.min(firstMs * 2 ** this.#failures++, longestMs);
  }
}
