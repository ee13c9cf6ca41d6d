import { shardOf } from "./shards.ts";

interface Work {
  readonly shard: number;
  readonly ended: Promise<unknown>;
  readonly stop: AbortController;
}

/** The turns and the requests of operators that this process is at, so that none is cut off where a shard is let go. */
export class UnderWay {
  readonly #work = new Set<Work>();

  /** Does something for an organization; the signal tells it to stop. */
  async run(organization: string, does: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const stop = new AbortController();
    const ended = does(stop.signal);
    const work = { shard: shardOf(organization), ended: ended.catch(() => {}), stop };
    this.#work.add(work);
    try {
      await ended;
    } finally {
      this.#work.delete(work);
    }
  }

  /** Resolves when none of these shards' is under way; what is after `patienceMs` is told to stop, and awaited. */
  async ended(concerns: (shard: number) => boolean, patienceMs: number): Promise<void> {
    const awaited = [...this.#work].filter(({ shard }) => concerns(shard));
    const late = setTimeout(() => {
      for (const { stop } of awaited) stop.abort("let go");
    }, patienceMs);
    await Promise.all(awaited.map(({ ended }) => ended));
    clearTimeout(late);
  }
}
