import { DateTime } from "luxon";
import type { OrganizationSettings } from "../sessions/organization.ts";

/** What the record needs to know of an organization with each call. */
export interface Policy {
  /** Today in its time zone: `YYYY-MM-DD`. */
  readonly day: string;
  /** The hour of it: `00` to `23`. */
  readonly hour: string;
  /** How long texts are kept after they were written, in ms. */
  readonly retentionMs: number;
  /** Runs of automations that may begin in an hour. */
  readonly runsPerHour: number;
}

const DAY_MS = 24 * 3_600_000;
const RETENTION_DAYS = 90;
const RUNS_PER_HOUR = 1_000;

/** Offsets of time zones are whole quarters of an hour, so that the hour changes only with one of these, in ms. */
const QUARTER_MS = 15 * 60_000;
/** Zone → what its clocks showed last: every call of the record asks. */
const shown = new Map<string, { readonly quarter: number; readonly clock: Pick<Policy, "day" | "hour"> }>();

/** @param settings of the organization; without them the day is UTC's */
export function policyOf(
  settings:
    | (Pick<OrganizationSettings, "timeZone" | "retentionDays"> &
        Partial<Pick<OrganizationSettings, "automationRunsPerHour">>)
    | undefined,
  now = Date.now(),
): Policy {
  return {
    ...clockOf(settings?.timeZone ?? "UTC", now),
    retentionMs: (settings?.retentionDays ?? RETENTION_DAYS) * DAY_MS,
    runsPerHour: settings?.automationRunsPerHour ?? RUNS_PER_HOUR,
  };
}

function clockOf(zone: string, now: number): Pick<Policy, "day" | "hour"> {
  const quarter = Math.floor(now / QUARTER_MS);
  const last = shown.get(zone);
  if (last?.quarter === quarter) return last.clock;
  const local = DateTime.fromMillis(now, { zone });
  const clock = { day: local.toISODate() ?? "unknown", hour: local.toFormat("HH") };
  shown.set(zone, { quarter, clock });
  return clock;
}
