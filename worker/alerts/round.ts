import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import { Script } from "../adapters/redis/script.ts";
import type { SessionHealth } from "../cron/session-health.ts";
import { figuresOf, type RawFigures } from "../metrics/deployment.ts";
import { deploymentLua } from "../metrics/scripts.ts";
import { inQueuesOf, type InQueue } from "../runtime/consumption.ts";
import { SHARDS } from "../sessions/shards.ts";
import type { AlertEvent, AlertState } from "./evaluate.ts";
import { alertKeysOf } from "./keys.ts";
import type { Observation, ProcessReport } from "./observation.ts";
import type { Silences } from "./silences.ts";

const scripts = {
  round: new Script("alerts round", [...deploymentLua, new URL("round.lua", import.meta.url)]),
  conclude: new Script("alerts conclude", [new URL("conclude.lua", import.meta.url)]),
};

/** Whom an event is told: an operator's webhook, or an organization's owners on WhatsApp. */
export type Way = "webhook" | `owners ${string}`;

/** An event that has not been told everybody yet. */
export interface Outgoing {
  readonly event: AlertEvent;
  readonly ways: readonly Way[];
}

/** An organization's budget of the AI for a day of its time zone. */
export interface DayBudget {
  readonly organization: string;
  /** YYYY-MM-DD. */
  readonly day: string;
  readonly microUsd: number;
}

/** What a process learns from one look. */
export interface Look {
  /** In ms of store time. */
  readonly at: number;
  /** What stands in the queues that it asked about. */
  readonly inQueues: ReadonlyMap<string, InQueue>;
  /** For the first one of an interval: what is to be judged. */
  readonly judge?: ToJudge;
}

export interface ToJudge {
  /** Names the look, for {@link conclude}. */
  readonly round: string;
  /** When the one before was, in ms of store time; 0 of the first one. */
  readonly before: number;
  readonly state: AlertState;
  readonly silences: Silences;
  readonly observation: Observation;
  readonly outgoing: readonly Outgoing[];
}

interface Reply {
  readonly at: number;
  readonly doubtful: readonly (readonly [number, boolean])[];
  readonly before?: number;
  readonly state?: string;
  readonly evicted?: string;
  readonly silences?: Silences;
  readonly reports?: readonly string[];
  readonly figures?: RawFigures;
  readonly info?: Readonly<Record<"used" | "limit" | "evicted", number | false | undefined>>;
  readonly spent?: readonly number[];
  readonly health?: readonly string[];
  readonly outgoing?: readonly string[];
}

export interface LookOptions {
  readonly everyMs: number;
  readonly process: string;
  readonly report: ProcessReport;
  readonly budgets: readonly DayBudget[];
  /** Queues of which it wants to know what waits. */
  readonly doubtful: readonly string[];
}

/**
 * Tells what this process says of itself, and learns what to judge if it is the first one of the interval: so one judges
 * for the deployment, and when it dies another does in the next interval. One command, whoever comes first.
 */
export async function look(redis: Redis, keys: Keys, options: LookOptions): Promise<Look> {
  const { everyMs, process, report, budgets, doubtful } = options;
  const { alerts, reports, outgoing } = alertKeysOf(keys);
  const json = await scripts.round.run(
    redis,
    [keys.leases, alerts, reports, outgoing],
    [
      keys.prefix,
      SHARDS,
      everyMs,
      process,
      JSON.stringify(report),
      JSON.stringify(budgets.map(({ organization, day }) => [organization, day])),
      JSON.stringify(doubtful),
    ],
  );
  const reply = JSON.parse(json as string) as Reply;
  const seen = { at: reply.at, inQueues: inQueuesOf(doubtful, reply.doubtful) };
  const { before, figures } = reply;
  if (before === undefined || figures === undefined) return seen;
  const { used, limit, evicted } = reply.info ?? {};
  const thrown = known(evicted);
  const spent = budgets.map(
    ({ organization, microUsd }, index) =>
      [organization, { spent: reply.spent?.[index] ?? 0, budget: microUsd }] as const,
  );
  const health = listOf(reply.health).map((each) => JSON.parse(each) as SessionHealth);
  return {
    ...seen,
    judge: {
      round: String(Math.floor(reply.at / everyMs)),
      before,
      state: JSON.parse(reply.state ?? "{}") as AlertState,
      silences: reply.silences ?? {},
      observation: {
        figures: figuresOf(figures),
        reports: listOf(reply.reports).map((each) => JSON.parse(each) as ProcessReport),
        memory: {
          used: known(used),
          limit: known(limit),
          // A server that was started anew counts from 0.
          evicted: thrown === undefined ? undefined : Math.max(0, thrown - Number(reply.evicted || thrown)),
        },
        budgets: new Map(spent),
        health: new Map(health.map((each) => [each.organization, each])),
      },
      outgoing: listOf(reply.outgoing).map((each) => JSON.parse(each) as Outgoing),
    },
  };
}

/** Stores what a look came to, at once. "late" when another one has come since: then nothing of it counts. */
export async function conclude(
  redis: Redis,
  keys: Keys,
  { round, state, outgoing }: { round: string; state: AlertState; outgoing: readonly Outgoing[] },
): Promise<"stored" | "late"> {
  const { alerts, outgoing: key } = alertKeysOf(keys);
  const entries = outgoing.flatMap((each) => [each.event.id, JSON.stringify(each)]);
  const stored = await scripts.conclude.run(redis, [alerts, key], [round, JSON.stringify(state), ...entries]);
  return stored === 1 ? "stored" : "late";
}

/** Lua writes an empty list as an empty object. */
function listOf<T>(list: readonly T[] | undefined): readonly T[] {
  return Array.isArray(list) ? (list as readonly T[]) : [];
}

function known(value: number | false | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}
