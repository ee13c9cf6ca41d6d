import { DateTime } from "luxon";

/** When something may go out, in the time zone of its organization. */
export interface SendingWindow {
  /** Ms of the epoch: nothing before it. */
  readonly startsAt: number;
  /** Ms of the epoch: nothing from then on. */
  readonly endsAt: number;
  /** 1 is Monday, 7 Sunday; all of them unless told. */
  readonly weekdays?: readonly number[];
  /** Times of day as 09:00, the first before the second; the whole day unless told. */
  readonly hours?: { readonly from: string; readonly to: string };
}

export type Opening =
  | { readonly kind: "open" }
  /** It opens at `until`, in ms of the epoch. */
  | { readonly kind: "closed"; readonly until: number }
  /** It opens no more. */
  | { readonly kind: "over" };

const DAYS = 8;

/** Whether a window is open at `now` (ms of the epoch), and when it is next. */
export function openingOf(window: SendingWindow, timeZone: string, now: number): Opening {
  const earliest = Math.max(now, window.startsAt);
  const local = DateTime.fromMillis(earliest, { zone: timeZone });
  for (let days = 0; days < DAYS; days++) {
    const day = local.plus({ days }).startOf("day");
    if (window.weekdays !== undefined && !window.weekdays.includes(day.weekday)) continue;
    const from = window.hours === undefined ? day : timeOf(day, window.hours.from);
    const to =
      window.hours === undefined ? day.plus({ days: 1 }).startOf("day") : timeOf(day, window.hours.to);
    const opens = Math.max(earliest, from.toMillis());
    if (opens >= to.toMillis()) continue;
    if (opens >= window.endsAt) break;
    return opens <= now ? { kind: "open" } : { kind: "closed", until: opens };
  }
  return { kind: "over" };
}

/** A time of a day; where the clock is put forward over it, the moment after. */
function timeOf(day: DateTime, time: string): DateTime {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  return day.set({ hour, minute });
}
