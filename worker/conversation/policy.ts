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
}

const DAY_MS = 24 * 3_600_000;
const RETENTION_DAYS = 90;

/** @param settings of the organization; without them the day is UTC's */
export function policyOf(
  settings: Pick<OrganizationSettings, "timeZone" | "retentionDays"> | undefined,
  now = Date.now(),
): Policy {
  const local = DateTime.fromMillis(now, { zone: settings?.timeZone ?? "UTC" });
  return {
    day: local.toISODate() ?? "unknown",
    hour: local.toFormat("HH"),
    retentionMs: (settings?.retentionDays ?? RETENTION_DAYS) * DAY_MS,
  };
}
