import { isInForce, type Catalogue } from "./catalogue.ts";
import type { Entry } from "./entry.ts";

const MS_PER_DAY = 86_400_000;

/** Days from when an entry was last seen to a day; 0 for one that was seen later. @param day ISO 8601 */
export function ageInDays({ observedAt }: Entry, day: string): number {
  return Math.max(0, Math.round((Date.parse(day) - Date.parse(observedAt)) / MS_PER_DAY));
}

/**
 * Whether somebody should look again: it is in force on that day, and was last seen longer ago than its provider's
 * prices usually stay.
 */
export function isStale(entry: Entry, catalogue: Catalogue, day: string): boolean {
  const reviewDays = catalogue.providers[entry.provider]?.reviewDays;
  return reviewDays !== undefined && isInForce(entry, day) && ageInDays(entry, day) > reviewDays;
}
