import type { Redis } from "ioredis";
import { DateTime } from "luxon";
import type { Keys } from "../adapters/redis/keys.ts";
import { Script } from "../adapters/redis/script.ts";
import type { Moment, SessionFacts } from "../jobs/whatsapp-health-check/judgement.ts";
import { waitsLua } from "../metrics/scripts.ts";
import { SHARDS } from "../sessions/shards.ts";

/** A conversation that has been due for so long is not looked at by its owner, in ms. */
const OVERDUE_MS = 10 * 60_000;
/** Only after this long of silence its hours are read, in ms. */
const QUIET_MS = 2 * 3_600_000;
/** Weeks whose same day is compared with. */
const WEEKS = 4;

const script = new Script("session facts", [...waitsLua, new URL("session-facts.lua", import.meta.url)]);

/** How the numbers of these organizations stand, in one command. */
export async function readSessionFacts(
  redis: Redis,
  keys: Keys,
  organizations: readonly { readonly id: string; readonly timeZone: string }[],
): Promise<{ facts: SessionFacts; moment: Moment }[]> {
  if (organizations.length === 0) return [];
  const now = Date.now();
  const localOf = (timeZone: string): DateTime => DateTime.fromMillis(now, { zone: timeZone });
  const asked = organizations.map(({ id, timeZone }) => ({
    id,
    days: Array.from({ length: WEEKS + 1 }, (_, weeks) => localOf(timeZone).minus({ weeks }).toISODate()),
  }));
  const item = { overdueMs: OVERDUE_MS, quietMs: QUIET_MS, organizations: asked };
  const reply = await script.run(redis, [], [keys.prefix, SHARDS, JSON.stringify(item)]);
  const { at, facts } = JSON.parse(reply as string) as { at: number; facts: SessionFacts[] };
  return facts.map((each, index) => ({
    facts: each,
    moment: { at, hour: localOf(organizations[index]!.timeZone).hour },
  }));
}
