import type { Redis } from "ioredis";
import type { AlertsState, Silencing } from "./channel.ts";

const SILENCE = "silence ";
/** In the place of an organization: all of them. */
const ALL = "*";
const MINUTE_MS = 60_000;

/** From where workers keep it: docs/alerts.md says how. */
export async function readAlerts(redis: Redis, prefix: string): Promise<AlertsState> {
  const [time, fields] = await Promise.all([redis.time(), redis.hgetall(`${prefix}:alerts`)]);
  const at = msOf(time);
  const standings = Object.entries(
    JSON.parse(fields["state"] ?? "{}") as Readonly<Record<string, { firingSince?: number; told?: boolean }>>,
  );
  const silences = Object.entries(fields)
    .filter(([name, until]) => name.startsWith(SILENCE) && Number(until) > at)
    .toSorted(([a], [b]) => a.localeCompare(b));
  return {
    at,
    rules: (fields["rules"] ?? "").split(" ").filter(Boolean),
    firing: standings.flatMap(([key, { firingSince: since, told = false }]) =>
      since === undefined ? [] : [{ ...namesIn(key), since, told }],
    ),
    silences: silences.map(([name, until]) =>
      Object.assign(namesIn(name.slice(SILENCE.length)), { until: Number(until) }),
    ),
  };
}

export async function writeSilence(
  redis: Redis,
  prefix: string,
  { rule, organization = ALL, minutes }: Silencing,
): Promise<void> {
  const field = `${SILENCE}${rule} ${organization}`;
  if (minutes === 0) await redis.hdel(`${prefix}:alerts`, field);
  else await redis.hset(`${prefix}:alerts`, field, msOf(await redis.time()) + minutes * MINUTE_MS);
}

function namesIn(key: string): { readonly rule: string; readonly organization?: string } {
  const [rule = "", organization = ""] = key.split(" ");
  return organization === "" || organization === ALL ? { rule } : { rule, organization };
}

/** What `TIME` answers, in ms. */
export function msOf(time: readonly (number | string)[]): number {
  return Number(time[0]) * 1_000 + Math.floor(Number(time[1]) / 1_000);
}
