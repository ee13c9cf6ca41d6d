import { CronExpressionParser } from "cron-parser";
import { DateTime } from "luxon";

/** When it is `time` ("08:00") next in a zone, in ms, strictly after `after`. In a day that skips that time, when it would be. */
export function nextTimeOfDay(time: string, zone: string, after: number): number {
  const [hour, minute] = time.split(":").map(Number);
  const today = DateTime.fromMillis(after, { zone }).set({ hour, minute, second: 0, millisecond: 0 });
  // By the calendar and not by 24 hours, and set anew: a day may be shorter or longer.
  const next = today.toMillis() > after ? today : today.plus({ days: 1 }).set({ hour, minute });
  return next.toMillis();
}

/** When a cron expression is due next in a zone, in ms, strictly after `after`. */
export function nextOccurrence(cron: string, zone: string, after: number): number {
  return CronExpressionParser.parse(cron, { tz: zone, currentDate: new Date(after) })
    .next()
    .getTime();
}
