import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";

/** How an organization's WhatsApp number stands. */
export type SessionStanding =
  | "open"
  /** Its connection ended, and it is dialled again. */
  | "down"
  /** The store says open, but the process that said so is gone and nobody took over. */
  | "abandoned"
  /** Another connection uses the number. */
  | "replaced"
  /** WhatsApp does not want this client. */
  | "rejected"
  /** The phone unlinked it: somebody has to link it again. */
  | "logged-out"
  /** No phone was ever linked. */
  | "never-paired";

export type SessionProblem =
  | "session-down"
  | "session-abandoned"
  | "session-replaced"
  | "session-rejected"
  | "logged-out"
  | "never-paired"
  /** WhatsApp refused parts today. */
  | "parts-refused"
  /** Parts or answers are long overdue. */
  | "stuck"
  /** Nobody has written for longer than on any of the last weeks' same days at this hour. */
  | "unusually-quiet";

/** What the last `whatsapp-health-check` found of one organization. Times are ms of the store's clock. */
export interface SessionHealth {
  readonly organization: string;
  readonly at: number;
  readonly standing: SessionStanding;
  /** Since when, where that is known. */
  readonly since?: number;
  /** When a customer wrote last, where that is known. */
  readonly lastInbound?: number;
  /** Conversations that should have been looked at long ago. */
  readonly stuck: number;
  /** Since when the oldest of them has been due. */
  readonly stuckSince?: number;
  /** Parts that WhatsApp refused today. */
  readonly refusedToday: number;
  readonly problems: readonly SessionProblem[];
}

/** Hash: organization → {@link SessionHealth} as JSON. */
function healthKey(keys: Keys): string {
  return `${keys.prefix}:health`;
}

/** By organization, as of the last check; empty before the first one. One command. */
export async function readHealth(redis: Redis, keys: Keys): Promise<ReadonlyMap<string, SessionHealth>> {
  const stored = await redis.hgetall(healthKey(keys));
  return new Map(
    Object.entries(stored).map(([organization, json]) => [organization, JSON.parse(json) as SessionHealth]),
  );
}

/** In the place of what was found before. Two commands at the most. */
export async function saveHealth(
  redis: Redis,
  keys: Keys,
  health: readonly SessionHealth[],
  gone: readonly string[],
): Promise<void> {
  if (gone.length > 0) await redis.hdel(healthKey(keys), ...gone);
  if (health.length === 0) return;
  await redis.hset(
    healthKey(keys),
    Object.fromEntries(health.map((each) => [each.organization, JSON.stringify(each)])),
  );
}
