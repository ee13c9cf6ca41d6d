import type { SendingWindow } from "../bulk/opening.ts";
import type { LeftOut } from "./import.ts";

export type CampaignState = "scheduled" | "running" | "paused" | "cancelled" | "done";

/** How a campaign fares; times in ms of store time. */
export interface CampaignProgress {
  readonly campaign: string;
  readonly name: string;
  readonly state: CampaignState;
  readonly window: SendingWindow;
  readonly createdAt: number;
  /** Its first message was released then. */
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  /** Recipients. */
  readonly total: number;
  /** Of those, whom it was released to. */
  readonly queued: number;
  /** The server has it. */
  readonly sent: number;
  readonly delivered: number;
  readonly read: number;
  /** Wrote within a week after it. */
  readonly replied: number;
  /** Wanted no more campaigns within a week after it. */
  readonly optedOut: number;
  readonly failed: number;
  /** Reason → how many of those that failed. */
  readonly failures: Readonly<Record<string, number>>;
  /** Wanted no campaigns before it was their turn. */
  readonly skipped: number;
  /** Another number of somebody who got it. */
  readonly repeated: number;
  /** Neither sent nor given up; when it has ended, those it never reached. */
  readonly remaining: number;
  /** Who was not among its recipients in the first place. */
  readonly leftOut: LeftOut["counts"];
}

const FAILED = "failed:";

/** @param fields of the campaign's hash */
export function progressOf(
  campaign: string,
  name: string,
  fields: Readonly<Record<string, string>>,
): CampaignProgress {
  const count = (field: string): number => Number(fields[field] ?? 0);
  const time = (field: string): number | undefined =>
    fields[field] === undefined ? undefined : Number(fields[field]);
  const settled = count("sent") + count("failed") + count("skipped") + count("repeated");
  return {
    campaign,
    name,
    state: fields["state"] as CampaignState,
    window: JSON.parse(fields["window"] ?? "{}") as SendingWindow,
    createdAt: count("createdAt"),
    startedAt: time("startedAt"),
    endedAt: time("endedAt"),
    total: count("total"),
    queued: count("queued"),
    sent: count("sent"),
    delivered: count("delivered"),
    read: count("read"),
    replied: count("replied"),
    optedOut: count("optedOut"),
    failed: count("failed"),
    failures: Object.fromEntries(
      Object.entries(fields)
        .filter(([field]) => field.startsWith(FAILED))
        .map(([field, value]) => [field.slice(FAILED.length), Number(value)]),
    ),
    skipped: count("skipped"),
    repeated: count("repeated"),
    remaining: Math.max(0, count("total") - settled),
    leftOut: JSON.parse(fields["leftOut"] ?? "{}") as LeftOut["counts"],
  };
}
