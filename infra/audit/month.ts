import { MONTH_HOURS } from "../cost-item.ts";
import { scaled, type Commands, type Rates } from "./rates.ts";

const MONTH_MINUTES = MONTH_HOURS * 60;

/** Commands of a month, from what was seen for a while. */
export interface Month {
  /** If nothing but rest were in it; missing where there was no rest to see. */
  readonly atRest?: Commands;
  /** If all of it were as what was seen. */
  readonly asSeen: Commands;
}

export function monthOf({ seconds, seen, rest }: Rates): Month {
  return {
    ...(rest === undefined ? {} : { atRest: scaled(rest.perMinute, MONTH_MINUTES) }),
    asSeen: scaled(seen, (MONTH_MINUTES * 60) / seconds),
  };
}
