import { DateTime } from "luxon";

/** When an organization's daily job is done, by its own clock. */
export interface Schedule {
  /** HH:MM. */
  readonly at: string;
  /** Not on Saturdays and Sundays. */
  readonly weekdaysOnly: boolean;
  /** One that was missed in the evening is done the morning after. */
  readonly carriesOver: boolean;
}

export interface Due {
  /** The local day that it is of: YYYY-MM-DD. */
  readonly day: string;
  /** How long ago it should have been done, in ms. */
  readonly lateMs: number;
}

/** One that was missed is made up for within this long: nobody is told of the day in the night. */
const LATEST_MS = 5 * 3_600_000;
/** From this hour on what was carried over is done. */
const MORNING_HOUR = 8;
const SATURDAY = 6;

/**
 * Whether a daily job is due now, and for which day. Asked at any times, by any number of processes, it names each day once
 * as long as `last` is kept: whatever clocks are put forward or back, and whatever time zone the organization moves to.
 * @param now ms
 * @param last the last day for which it was done; undefined for an organization that is new to it
 */
export function dueDay(
  { at, weekdaysOnly, carriesOver }: Schedule,
  timeZone: string,
  now: number,
  last: string | undefined,
): Due | undefined {
  const local = DateTime.fromMillis(now, { zone: timeZone });
  const today = timeOn(local, at);
  const carried = now < today.toMillis();
  const occasion = carried ? timeOn(local.minus({ days: 1 }), at) : today;
  const lateMs = now - occasion.toMillis();
  const day = occasion.toISODate();
  // After a day that a zone left out, the one before is none.
  if (day === null || lateMs < 0) return undefined;
  if (weekdaysOnly && occasion.weekday >= SATURDAY) return undefined;
  if (last !== undefined && day <= last) return undefined;
  if (!carried) return lateMs < LATEST_MS ? { day, lateMs } : undefined;
  // Somebody who is new here has missed nothing.
  if (!carriesOver || last === undefined || local.hour < MORNING_HOUR) return undefined;
  return { day, lateMs };
}

function timeOn(day: DateTime, at: string): DateTime {
  return day.set({ ...clockOf(at), second: 0, millisecond: 0 });
}

/** As BullMQ's schedulers have it. */
export function cronPattern({ at, weekdaysOnly }: Schedule): string {
  const { hour, minute } = clockOf(at);
  return `${minute} ${hour} * * ${weekdaysOnly ? "1-5" : "*"}`;
}

function clockOf(at: string): { readonly hour: number; readonly minute: number } {
  const [hour = 0, minute = 0] = at.split(":").map(Number);
  return { hour, minute };
}
