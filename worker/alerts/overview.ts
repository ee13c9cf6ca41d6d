import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import { storeTime } from "../adapters/redis/store-time.ts";
import type { AlertState } from "./evaluate.ts";
import { alertKeysOf } from "./keys.ts";
import { silenceField, silencesOf } from "./silences.ts";

const MINUTE_MS = 60_000;
/** Field of the hash of alerts: ids of the rules that the processes have, with spaces between. */
const RULES_FIELD = "rules";

/** What fires, and what is silenced. Times are of the store, in ms. */
export interface AlertsOverview {
  readonly at: number;
  readonly rules: readonly string[];
  readonly firing: readonly {
    readonly rule: string;
    readonly organization?: string;
    readonly since: number;
    /** People were told; else it is silenced. */
    readonly told: boolean;
  }[];
  readonly silences: readonly {
    readonly rule: string;
    readonly organization?: string;
    readonly until: number;
  }[];
}

/** Whom a silence is about, and for how long; of all organizations where it names none. 0 minutes end it. */
export interface Silencing {
  readonly rule: string;
  readonly organization?: string | undefined;
  readonly minutes: number;
}

/** Says which rules there are, for operators who are asked for one. */
export async function announceRules(redis: Redis, keys: Keys, ids: readonly string[]): Promise<void> {
  await redis.hset(alertKeysOf(keys).alerts, RULES_FIELD, ids.join(" "));
}

/** As of the last look. */
export async function readAlerts(redis: Redis, keys: Keys): Promise<AlertsOverview> {
  const [at, fields] = await Promise.all([storeTime(redis), redis.hgetall(alertKeysOf(keys).alerts)]);
  const state = JSON.parse(fields["state"] ?? "{}") as AlertState;
  const firing = Object.entries(state).flatMap(([key, { firingSince: since, told = false }]) =>
    since === undefined ? [] : [{ ...namesIn(key), since, told }],
  );
  const silences = Object.entries(silencesOf(fields))
    .toSorted(([a], [b]) => a.localeCompare(b))
    .flatMap(([key, until]) => (until > at ? [{ ...namesIn(key), until }] : []));
  return { at, rules: (fields[RULES_FIELD] ?? "").split(" ").filter(Boolean), firing, silences };
}

/** Nobody is told of this from now on, for so long. */
export async function silence(
  redis: Redis,
  keys: Keys,
  { rule, organization, minutes }: Silencing,
): Promise<void> {
  const { alerts } = alertKeysOf(keys);
  const field = silenceField(rule, organization);
  if (minutes === 0) await redis.hdel(alerts, field);
  else await redis.hset(alerts, field, (await storeTime(redis)) + minutes * MINUTE_MS);
}

function namesIn(key: string): { readonly rule: string; readonly organization?: string } {
  const [rule = "", organization = ""] = key.split(" ");
  return organization === "" || organization === "*" ? { rule } : { rule, organization };
}
