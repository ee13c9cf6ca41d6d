import { setTimeout as sleep } from "node:timers/promises";
import { ApiFailed } from "../api/failure.ts";
import { Incomplete } from "./incomplete.ts";
import { ResourceFailed } from "./resource.ts";

/** The operation was told to stop: by the engine, or because its time is over. */
export class Aborted extends Error {
  override readonly name = "Aborted";
  readonly because: "cancelled" | "late";

  constructor(message: string, because: "cancelled" | "late") {
    super(message);
    this.because = because;
  }
}

/** What still finishes after the abort is recorded; the engine kills us five seconds after it asked us to end. */
const GRACE_MS = 2_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** All that is being done to resources, so that it can be aborted together. */
export class Operations {
  readonly #cancelled = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  /** For good: what begins after it is aborted too. */
  cancel(): void {
    this.#cancelled.abort();
  }

  /** Resolves when nothing is being done any more. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  /**
   * @param what begins the sentence that an aborted operation rejects with
   * @param timeoutSeconds 0 for none
   * @throws Aborted, and what the work rejects with
   */
  async run<Result>(
    what: string,
    timeoutSeconds: number,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const late = new AbortController();
    const limitMs = Math.min(timeoutSeconds * 1_000, LONGEST_TIMER_MS);
    const timer = timeoutSeconds > 0 ? setTimeout(() => late.abort(), limitMs) : undefined;
    const signal = AbortSignal.any([this.#cancelled.signal, late.signal]);
    const abortion = (more = ""): Aborted =>
      this.#cancelled.signal.aborted
        ? new Aborted(`${what} was cancelled${more}`, "cancelled")
        : new Aborted(`${what} took longer than ${timeoutSeconds} s${more}`, "late");
    if (signal.aborted) throw abortion();
    const finished = new AbortController();
    const working = Promise.race([work(signal), graceAfter(signal, finished.signal)]);
    this.#running.add(working);
    try {
      return await working;
    } catch (error) {
      if (!signal.aborted) throw error;
      if (error instanceof Incomplete) throw new Incomplete(error.id, error.left, abortion());
      throw abortion(
        error instanceof ResourceFailed || error instanceof ApiFailed ? `: ${error.message}` : "",
      );
    } finally {
      clearTimeout(timer);
      finished.abort();
      this.#running.delete(working);
    }
  }
}

/** Rejects some time after the abort: a resource that does not listen holds nobody up. */
async function graceAfter(signal: AbortSignal, finished: AbortSignal): Promise<never> {
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true, signal: finished }));
  await sleep(GRACE_MS, undefined, { signal: finished });
  throw new Error("the resource did not stop");
}
