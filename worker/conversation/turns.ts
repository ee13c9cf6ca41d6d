import { setTimeout as delay } from "node:timers/promises";
import { shardOf } from "../sessions/shards.ts";
import type { Conversation } from "./types.ts";

interface UnderWay {
  readonly shard: number;
  readonly ended: Promise<unknown>;
  readonly stop: AbortController;
}

/** The turns under way in this process, so that a shard can be let go without cutting off an answer. */
export class Turns {
  readonly #underWay = new Set<UnderWay>();

  /** Runs a turn; the signal tells it to stop. */
  async run({ organization }: Conversation, turn: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const stop = new AbortController();
    const ended = turn(stop.signal);
    const underWay = { shard: shardOf(organization), ended: ended.catch(() => {}), stop };
    this.#underWay.add(underWay);
    try {
      await ended;
    } finally {
      this.#underWay.delete(underWay);
    }
  }

  /** Resolves when none of these shards' is under way; what is after `patienceMs` is told to stop, and awaited. */
  async ended(shards: ReadonlySet<number>, patienceMs: number): Promise<void> {
    const awaited = [...this.#underWay].filter(({ shard }) => shards.has(shard));
    if (awaited.length === 0) return;
    const all = Promise.all(awaited.map(({ ended }) => ended));
    const patience = new AbortController();
    const late = delay(Math.max(0, patienceMs), true, { signal: patience.signal }).catch(() => false);
    const ended = all.then(() => false);
    if (await Promise.race([late, ended])) for (const { stop } of awaited) stop.abort("let go");
    await all;
    patience.abort();
  }
}
