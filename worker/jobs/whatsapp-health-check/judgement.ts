import type { SessionHealth, SessionProblem, SessionStanding } from "../../cron/session-health.ts";

/** What the store says of one organization. Times are ms of its clock. */
export interface SessionFacts {
  readonly organization: string;
  /** The session's record; undefined where it never had a connection. */
  readonly record?:
    | { readonly state: "open" | "ended"; readonly since: number; readonly reason?: string }
    | undefined;
  /** Whether the process that wrote the record is there. */
  readonly ownerAlive: boolean;
  /** Whether a phone was linked. */
  readonly paired: boolean;
  readonly lastInbound?: number | undefined;
  readonly refusedToday: number;
  readonly stuck: number;
  readonly stuckSince?: number | undefined;
  /** Messages in each hour of today and of the same weekday of the weeks before, where it has been silent for a while. */
  readonly hours?:
    | { readonly today: readonly number[]; readonly before: readonly (readonly number[])[] }
    | undefined;
}

export interface Moment {
  readonly at: number;
  /** Hour of the organization's day: 0 to 23. */
  readonly hour: number;
}

/** A connection that ended is dialled again at once; one that is away for longer is a problem. In ms. */
const REDIAL_MS = 2 * 60_000;
/** Hours of silence, each of them over, before it can be unusual. */
const QUIET_HOURS = 2;
/** What the same hours must have brought on each day that is compared with. */
const USUAL_MIN = 5;
const WEEKS_MIN = 3;

const PROBLEMS: Readonly<Partial<Record<SessionStanding, SessionProblem>>> = {
  down: "session-down",
  abandoned: "session-abandoned",
  replaced: "session-replaced",
  rejected: "session-rejected",
  "logged-out": "logged-out",
  "never-paired": "never-paired",
};

export function judge(facts: SessionFacts, { at, hour }: Moment): SessionHealth {
  const { organization, record, lastInbound, refusedToday, stuck, stuckSince } = facts;
  const standing = standingOf(facts);
  const passing = standing === "down" && record !== undefined && at - record.since < REDIAL_MS;
  const problem = passing ? undefined : PROBLEMS[standing];
  return {
    organization,
    at,
    standing,
    ...(record === undefined ? {} : { since: record.since }),
    ...(lastInbound === undefined ? {} : { lastInbound }),
    stuck,
    ...(stuckSince === undefined ? {} : { stuckSince }),
    refusedToday,
    problems: [
      ...(problem === undefined ? [] : [problem]),
      ...(refusedToday > 0 ? (["parts-refused"] as const) : []),
      ...(stuck > 0 ? (["stuck"] as const) : []),
      // Nobody can write to a number that is away.
      ...(standing === "open" && isQuiet(facts, hour) ? (["unusually-quiet"] as const) : []),
    ],
  };
}

function standingOf({ record, ownerAlive, paired }: SessionFacts): SessionStanding {
  if (record === undefined) return paired ? "down" : "never-paired";
  if (record.state === "open") return ownerAlive ? "open" : "abandoned";
  switch (record.reason) {
    case "logged-out":
    // Nobody scanned the code of a pairing that was to link it again.
    case "not-scanned":
      return "logged-out";
    case "replaced":
      return "replaced";
    case "rejected":
      return "rejected";
    default:
      return "down";
  }
}

/** The hours of today that are over and brought nothing, against the same of the weeks before. */
function isQuiet({ hours }: SessionFacts, hour: number): boolean {
  if (hours === undefined) return false;
  const spoken = hours.today.findLastIndex((count, index) => index <= hour && count > 0);
  const silent = { from: spoken + 1, until: hour };
  if (silent.until - silent.from < QUIET_HOURS) return false;
  const usual = hours.before
    // A day without anything says that the number was not in use, or away.
    .filter((day) => day.some((count) => count > 0))
    .map((day) => day.slice(silent.from, silent.until).reduce((sum, count) => sum + count, 0));
  return usual.length >= WEEKS_MIN && Math.min(...usual) >= USUAL_MIN;
}
