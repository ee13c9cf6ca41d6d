/** Past the beginning of an interval, so that a timer that fires early does not fall into the one before, in ms. */
const PAST_ITS_BEGINNING_MS = 150;

export interface StoreIntervalsOptions {
  readonly everyMs: number;
  /** @returns what the clock of the store said at its beginning, in ms */
  look(signal: AbortSignal): Promise<number>;
  /** Not told once it is stopped; the next look comes all the same. */
  failed(error: unknown): void;
}

/** Looks at once, and from then on at the beginning of each interval by the clock of the store. */
export class StoreIntervals {
  readonly #options: StoreIntervalsOptions;
  readonly #stop = new AbortController();
  #next: NodeJS.Timeout | undefined;

  constructor(options: StoreIntervalsOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#round();
  }

  /** Waits for nothing. */
  stop(): void {
    clearTimeout(this.#next);
    this.#stop.abort();
  }

  async #round(): Promise<void> {
    const { everyMs, look, failed } = this.#options;
    const { signal } = this.#stop;
    let inMs = everyMs;
    const began = performance.now();
    try {
      const at = await look(signal);
      inMs = everyMs - (at % everyMs) - (performance.now() - began);
    } catch (error) {
      if (!signal.aborted) failed(error);
    }
    if (signal.aborted) return;
    this.#next = setTimeout(() => void this.#round(), Math.max(0, inMs) + PAST_ITS_BEGINNING_MS);
  }
}
