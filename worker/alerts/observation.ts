import type { SessionHealth } from "../cron/session-health.ts";
import type { DeploymentFigures } from "../metrics/deployment.ts";
import { quantileOf, sumOf, type ReplyCounts } from "../metrics/reply-window.ts";
import type { Sample, Samples } from "./evaluate.ts";
import type { Measure } from "./rule.ts";

/** Of fewer replies than this, a quantile says little. */
const REPLIES_MIN = 20;
/** What a health check found before that says nothing of now, in ms. */
const HEALTH_MS = 2 * 3_600_000;
/** What WhatsApp answers of a number that may not begin chats at the moment. */
const RESTRICTED = /\b463\b/;

/** What one process says of itself with every look. */
export interface ProcessReport {
  /** The replies of the last minutes. */
  readonly replies: ReplyCounts;
  /** Models that are not asked because they keep failing. */
  readonly openBreakers: number;
  /** Queues that it does not take from, though it could. */
  readonly stopped: readonly string[];
  /** How often its shards were taken from it in the last ten minutes. */
  readonly lost: number;
}

/** Why a session ended that has no phone any more: nobody scanned the code of a pairing that was to bring one back. */
const UNLINKED: ReadonlySet<string> = new Set(["logged-out", "not-scanned"]);
const REJECTED: ReadonlySet<string> = new Set(["rejected"]);

/** What is seen of a deployment at one moment. */
export interface Observation {
  readonly figures: DeploymentFigures;
  readonly reports: readonly ProcessReport[];
  /** As INFO has it; what it does not say is undefined. */
  readonly memory: {
    readonly used: number | undefined;
    /** 0 where there is no limit. */
    readonly limit: number | undefined;
    /** Keys thrown away since the look before. */
    readonly evicted: number | undefined;
  };
  /** Organization → spent and budget of the day, in millionths of a USD. */
  readonly budgets: ReadonlyMap<string, { readonly spent: number; readonly budget: number }>;
  /** What the last `whatsapp-health-check` found, by organization. */
  readonly health: ReadonlyMap<string, SessionHealth>;
}

/** The measures of an observation. */
export function samplesOf({ figures, reports, memory, budgets, health }: Observation): Samples {
  const { at, conversations, oldestMs, queues, bulk, sessions, freeShards } = figures;
  const slowest = Object.entries(queues).toSorted(([, a], [, b]) => b.oldestMs - a.oldestMs)[0];
  const stopped = reports.filter((report) => report.stopped.length > 0);
  const replies = sumOf(reports.map((report) => report.replies));
  const enough = replies.reduce((sum, count) => sum + count, 0) >= REPLIES_MIN;
  const ended = [...sessions].filter(([, session]) => session.state === "ended");
  const endedBy = (reasons: ReadonlySet<string>, detail = ""): Sample[] =>
    ended
      .filter(([, { reason = "" }]) => reasons.has(reason))
      .flatMap(([subject]) => one(1, detail, subject));
  const refusals = Object.entries(bulk.paused).map(([subject, detail]) => ({ subject, value: 1, detail }));
  const lately = [...health.values()].filter((found) => at - found.at < HEALTH_MS);

  return new Map<Measure, readonly Sample[]>([
    ["oldestWaitingSeconds", one(oldestMs / 1000)],
    ["waitingConversations", one(conversations)],
    ["oldestJobSeconds", one((slowest?.[1].oldestMs ?? 0) / 1000, slowest?.[0])],
    ["replyP95Seconds", one(enough ? (quantileOf(replies, 0.95) ?? 0) : 0)],
    [
      "sessionDownSeconds",
      ended
        .filter(([, { reason = "" }]) => !UNLINKED.has(reason) && !REJECTED.has(reason))
        .map(([subject, session]) => ({
          subject,
          value: (at - session.since) / 1000,
          detail: session.reason ?? "?",
        })),
    ],
    ["sessionLoggedOut", endedBy(UNLINKED)],
    [
      "sessionRestricted",
      [
        ...endedBy(REJECTED, "a conexão é recusada"),
        ...refusals.filter(({ detail }) => RESTRICTED.test(detail)),
      ],
    ],
    [
      "aiBudgetPercent",
      [...budgets].map(([subject, { spent, budget }]) => ({ subject, value: percentOf(spent, budget) })),
    ],
    ["aiBreakersOpen", one(reports.filter(({ openBreakers }) => openBreakers > 0).length)],
    ...known("redisMemoryPercent", memoryPercent(memory)),
    ...known("redisEvictions", memory.evicted),
    [
      "consumptionStopped",
      one(stopped.length, [...new Set(stopped.flatMap((report) => report.stopped))].join(", ")),
    ],
    ["shardsFree", one(sessions.size === 0 ? 0 : freeShards)],
    ["leasesLost", one(reports.reduce((sum, { lost }) => sum + lost, 0))],
    ["bulkPaused", refusals],
    ["partsStuck", lately.map(({ organization, stuck }) => ({ subject: organization, value: stuck }))],
    [
      "unusuallyQuiet",
      lately
        .filter(({ problems }) => problems.includes("unusually-quiet"))
        .map(({ organization }) => ({ subject: organization, value: 1 })),
    ],
  ]);
}

function memoryPercent({ used, limit }: Observation["memory"]): number | undefined {
  if (used === undefined || limit === undefined) return undefined;
  return limit === 0 ? 0 : percentOf(used, limit);
}

/** Whole ones, downwards: 100 % is all of it. */
function percentOf(part: number, whole: number): number {
  if (whole <= 0) return part > 0 ? 100 : 0;
  return Math.floor((part / whole) * 100);
}

function one(value: number, detail = "", subject = ""): readonly Sample[] {
  return [{ subject, value, ...(detail === "" ? {} : { detail }) }];
}

function known(measure: Measure, value: number | undefined): [Measure, readonly Sample[]][] {
  return value === undefined ? [] : [[measure, one(value)]];
}
