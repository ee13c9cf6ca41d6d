import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import type { Logger } from "../runtime/logging.ts";
import { StoreIntervals } from "../runtime/store-intervals.ts";
import type { MetricsSink } from "./sink.ts";
import { measureWaiting } from "./waiting.ts";

/** How long one call may take at the most, in ms; never longer than an interval, when a newer figure is due. */
const PATIENCE_MS = 10_000;

export interface PublisherOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly log: Logger;
  readonly fleet: string;
  readonly everyMs: number;
  /** Loads what publishes; called when there is something to publish, until it succeeds. */
  open(): Promise<MetricsSink>;
}

/**
 * Says in every interval how long the fleet's customers wait, zeros too: silence means that nobody works. Nothing
 * waits for it, and what fails is told once and left: the next interval has a newer figure.
 */
export class MetricsPublisher {
  readonly #options: PublisherOptions;
  readonly #intervals: StoreIntervals;
  /** Kinds of failures since the last success. */
  readonly #told = new Set<string>();
  #sink: MetricsSink | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#intervals = new StoreIntervals({
      everyMs: options.everyMs,
      look: async (signal) => await this.#publish(signal),
      failed: (error) => this.#failed(error),
    });
  }

  /** Measures at once, and from then on at the beginning of each interval by the clock of the store. */
  start(): void {
    this.#intervals.start();
  }

  /** Waits for nothing. */
  stop(): void {
    this.#intervals.stop();
  }

  async #publish(stop: AbortSignal): Promise<number> {
    const { redis, keys, fleet, everyMs } = this.#options;
    const { at, waiting } = await measureWaiting(redis, keys, { fleet, everyMs });
    if (waiting !== undefined && !stop.aborted) {
      this.#sink ??= await this.#options.open();
      const signal = AbortSignal.any([stop, AbortSignal.timeout(Math.min(PATIENCE_MS, everyMs))]);
      await unlessAborted(this.#sink.publish(waiting, signal), signal);
      this.#succeeded();
    }
    return at;
  }

  #succeeded(): void {
    if (this.#told.size > 0) this.#options.log.info("metrics published again");
    this.#told.clear();
  }

  #failed(error: unknown): void {
    const { kind, reason } = described(error);
    if (this.#told.has(kind)) return;
    this.#told.add(kind);
    this.#options.log.warn(
      "metrics not published, which disturbs nothing else; tried again in each interval",
      {
        kind,
        reason,
      },
    );
  }
}

/** A call whose credentials hang does not hear the signal. */
async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const listener = (): void => reject(signal.reason as Error);
  signal.addEventListener("abort", listener, { once: true });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", listener);
    work.catch(() => {});
  }
}

function described(error: unknown): { kind: string; reason: string } {
  if (!(error instanceof Error)) return { kind: typeof error, reason: String(error) };
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  // Of several addresses that refuse, Node makes an error without a message.
  return { kind: code ?? error.name, reason: error.message === "" ? (code ?? error.name) : error.message };
}
