import type { Queue, RepeatOptions } from "bullmq";

/** A job that comes again and again. */
export interface Wanted {
  /** What stands in the queue's list of schedulers; another one is another schedule. */
  readonly id: string;
  readonly name: string;
  readonly repeat: Pick<RepeatOptions, "pattern" | "tz" | "every">;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A job whose time is past for so long was lost with its chain: the next one is only made when it starts. In ms. */
const BROKEN_MS = 30 * 60_000;

/**
 * Keeps BullMQ's schedulers as they should be. A scheduler that is there and right is not touched: to write it anew would
 * replace a job that is due and was not taken yet, by the next one.
 */
export class Schedulers {
  readonly #queue: Queue;
  /** What was made sure of last by this process. */
  #sure: string | undefined;

  constructor(queue: Queue) {
    this.#queue = queue;
  }

  /** One command where nothing changed since it was called last. @returns ids of those that are new */
  async reconcile(wanted: readonly Wanted[], now = Date.now()): Promise<string[]> {
    const fingerprint = JSON.stringify(wanted);
    const ids = wanted.map(({ id }) => id);
    if (this.#sure === fingerprint && (await this.#intact(ids, now))) return [];
    const present = new Map(
      (await this.#queue.getJobSchedulers(0, -1)).map((scheduler) => [scheduler.key, scheduler]),
    );
    for (const id of present.keys()) if (!ids.includes(id)) await this.#queue.removeJobScheduler(id);
    const made: string[] = [];
    for (const { id, name, repeat, data } of wanted) {
      const found = present.get(id);
      const right =
        found?.name === name &&
        found.pattern === repeat.pattern &&
        found.tz === repeat.tz &&
        found.every === repeat.every &&
        JSON.stringify(found.template?.data ?? {}) === JSON.stringify(data);
      if (right && (found.next ?? 0) > now - BROKEN_MS) continue;
      await this.#queue.upsertJobScheduler(id, repeat, { name, data });
      if (found === undefined) made.push(id);
    }
    this.#sure = fingerprint;
    return made;
  }

  async #intact(ids: readonly string[], now: number): Promise<boolean> {
    const present = await this.#queue.getBackend().getJobSchedulersRange(0, -1, true);
    const found = present.filter((_, index) => index % 2 === 0);
    const times = present.filter((_, index) => index % 2 === 1).map(Number);
    return (
      found.length === ids.length &&
      ids.every((id) => found.includes(id)) &&
      times.every((next) => next > now - BROKEN_MS)
    );
  }
}
