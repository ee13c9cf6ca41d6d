import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import type { Consumption } from "../runtime/consumption.ts";
import { errorFields, type Logger } from "../runtime/logging.ts";
import { queueKind } from "../runtime/queue-names.ts";
import { StoreIntervals } from "../runtime/store-intervals.ts";
import type { Delivery } from "./delivery.ts";
import { evaluate } from "./evaluate.ts";
import { samplesOf, type ProcessReport } from "./observation.ts";
import { announceRules } from "./overview.ts";
import { conclude, look, type DayBudget, type ToJudge } from "./round.ts";
import type { Rule } from "./rule.ts";
import { isSilenced } from "./silences.ts";

/** Looks that may be missing before what was between two of them is unknown. */
const GAP_LOOKS = 3;

export interface AlertsOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly log: Logger;
  readonly everyMs: number;
  readonly rules: readonly Rule[];
  readonly consumption: Pick<Consumption, "doubtful" | "judge">;
  readonly delivery: Delivery;
  /** What this process says of itself. */
  report(): Omit<ProcessReport, "stopped">;
  /** Of the organizations that have one, today. */
  budgets(): readonly DayBudget[];
}

/**
 * Looks at the deployment in every interval; the process that is first judges and tells. All that it knows is in the
 * store, so that a restart, or another process, repeats nothing.
 */
export class Alerts {
  readonly #options: AlertsOptions;
  readonly #process = randomUUID();
  readonly #intervals: StoreIntervals;
  #stopped: readonly string[] = [];
  #failing = false;

  constructor(options: AlertsOptions) {
    this.#options = options;
    this.#intervals = new StoreIntervals({
      everyMs: options.everyMs,
      look: async (signal) => {
        const at = await this.#look(signal);
        this.#failing = false;
        return at;
      },
      failed: (error) => {
        if (!this.#failing) options.log.warn("alerts not looked at", errorFields(error));
        this.#failing = true;
      },
    });
  }

  /** Looks at once, and from then on at the beginning of each interval by the clock of the store. */
  start(): void {
    const { redis, keys, rules, log } = this.#options;
    const ids = rules.map(({ id }) => id);
    announceRules(redis, keys, ids).catch((error: unknown) =>
      log.warn("rules of alerts not announced", errorFields(error)),
    );
    this.#intervals.start();
  }

  /** Waits for nothing. */
  stop(): void {
    this.#intervals.stop();
  }

  async #look(signal: AbortSignal): Promise<number> {
    const { redis, keys, everyMs, consumption, report, budgets } = this.#options;
    const doubtful = consumption.doubtful;
    const seen = await look(redis, keys, {
      everyMs,
      process: this.#process,
      report: { ...report(), stopped: this.#stopped },
      budgets: budgets(),
      doubtful,
    });
    const { queues } = consumption.judge(seen.inQueues);
    // Slots of processes come and go: which one it is, the log of the process says.
    this.#stopped = queues.filter(({ state }) => state === "stopped").map(({ queue }) => queueKind(queue));
    if (seen.judge !== undefined && !signal.aborted) await this.#judge(seen.at, seen.judge, signal);
    return seen.at;
  }

  async #judge(
    at: number,
    { round, before, state, silences, observation, outgoing }: ToJudge,
    signal: AbortSignal,
  ): Promise<void> {
    const { redis, keys, everyMs, rules, delivery } = this.#options;
    const judged = evaluate(rules, state, {
      at,
      samples: samplesOf(observation),
      gap: at - before > GAP_LOOKS * everyMs,
      silenced: (rule, organization) => isSilenced(silences, at, rule, organization),
    });
    const news = judged.events.map((event) => ({ event, ways: delivery.waysOf(event) }));
    if (news.length > 0 || JSON.stringify(judged.state) !== JSON.stringify(state)) {
      const toTell = news.filter(({ ways }) => ways.length > 0);
      const stored = await conclude(redis, keys, { round, state: judged.state, outgoing: toTell });
      if (stored === "late") return;
      for (const { event } of news) delivery.note(event);
    }
    const pending = new Map([...outgoing, ...news].map((each) => [each.event.id, each]));
    await delivery.deliver(
      [...pending.values()].filter(({ ways }) => ways.length > 0),
      at,
      signal,
    );
  }
}
