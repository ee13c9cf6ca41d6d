import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import type { Sealing } from "../adapters/redis/sealing.ts";
import type { Opportunities } from "../jobs/aurora-opportunities/handler.ts";
import type { Outcome } from "../notices/notices.ts";
import type { OrganizationSettings } from "../sessions/organization.ts";

const DAY_MS = 24 * 3_600_000;
/** The last ones are kept until the next ones come, over a holiday too. */
const KEPT_MS = 8 * DAY_MS;

/** String: the last {@link Opportunities} of an organization, sealed. They name contacts: erasing one erases this. */
export function opportunitiesKey(keys: Keys, organization: string): string {
  return `${keys.prefix}:opportunities:${organization}`;
}

export function keptOpportunities(
  keys: Keys,
  sealing: Sealing,
  organization: string,
  { retentionDays }: Pick<OrganizationSettings, "retentionDays">,
  opportunities: Opportunities,
): NonNullable<Outcome["keep"]> {
  const key = opportunitiesKey(keys, organization);
  return {
    key,
    value: sealing.seal(key, JSON.stringify(opportunities)),
    forMs: Math.min(KEPT_MS, retentionDays * DAY_MS),
  };
}

/** @throws Unsealable */
export async function readOpportunities(
  redis: Redis,
  keys: Keys,
  sealing: Sealing,
  organization: string,
): Promise<Opportunities | undefined> {
  const key = opportunitiesKey(keys, organization);
  const sealed = await redis.get(key);
  return sealed === null ? undefined : (JSON.parse(sealing.openText(key, sealed)) as Opportunities);
}
