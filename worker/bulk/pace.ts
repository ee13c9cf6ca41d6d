import { DateTime } from "luxon";
import type { OrganizationSettings } from "../sessions/organization.ts";

type Pacing = Pick<OrganizationSettings["pacing"], "perMinute" | "jitter">;

/** When a number may send to many, in ms of the epoch. */
export interface Hours {
  /** Its quiet hours end then; undefined outside them. */
  readonly quietUntil: number | undefined;
  /** Its day ends then, and with it what it may send a day. */
  readonly dayEndsAt: number;
}

/**
 * Ms until the next message: on average those of the pace, longer or shorter at random.
 * @param random from 0 to 1
 */
export function gapMs({ perMinute, jitter }: Pacing, random: number): number {
  return Math.round((60_000 / perMinute) * (1 + jitter * (2 * random - 1)));
}

/** In the organization's time zone: on the day the clock is changed, too, quiet hours end when the clock says so. */
export function hoursAt(
  settings: Pick<OrganizationSettings, "timeZone"> & {
    readonly pacing: Pick<OrganizationSettings["pacing"], "quietFrom" | "quietTo">;
  },
  now: number,
): Hours {
  const local = DateTime.fromMillis(now, { zone: settings.timeZone });
  const midnight = local.plus({ days: 1 }).startOf("day").toMillis();
  return { quietUntil: quietUntil(settings.pacing, local), dayEndsAt: midnight };
}

function quietUntil(
  { quietFrom, quietTo }: Pick<OrganizationSettings["pacing"], "quietFrom" | "quietTo">,
  local: DateTime,
): number | undefined {
  const clock = local.toFormat("HH:mm");
  const overMidnight = quietFrom > quietTo;
  const quiet = overMidnight ? clock >= quietFrom || clock < quietTo : quietFrom <= clock && clock < quietTo;
  return quiet ? nextTime(local, quietTo).toMillis() : undefined;
}

/** The first moment after `local` at which the clock says `time`, or has just passed it where it is put forward. */
function nextTime(local: DateTime, time: string): DateTime {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  const on = (day: DateTime): DateTime => day.set({ hour, minute, second: 0, millisecond: 0 });
  return on(local) > local ? on(local) : on(local.plus({ days: 1 }));
}
