/**
 * Every label and every value it may have. Nothing that is told by people or by tenants is among them: each value is a
 * series that is kept for months.
 */
export const LABELS = {
  queue: ["message", "campaign", "automation", "cron", "bulk", "other"],
  /** Of a job. */
  outcome: ["completed", "failed"],
  /** Of the time from a message's arrival to the ack of its answer. */
  step: ["queue", "ai", "send", "total"],
  source: ["reply", "notice", "campaign", "automation", "other"],
  result: ["acked", "refused", "repeated"],
  purpose: ["customer", "team", "summary", "opportunities", "automation", "other"],
  answer: [
    "answered",
    "empty",
    "refused",
    "limited",
    "failed",
    "timeout",
    "misconfigured",
    "aborted",
    "unavailable",
    "other",
  ],
  direction: ["prompt", "completion"],
  breaker: ["closed", "half-open", "open"],
  session: [
    "open",
    "closed",
    "dropped",
    "replaced",
    "rejected",
    "restart",
    "store",
    "not-scanned",
    "logged-out",
    "other",
  ],
  quantile: ["0.5", "0.99", "1"],
  memory: ["rss", "heap", "external"],
  command: [
    "evalsha",
    "eval",
    "script",
    "bzpopmin",
    "blpop",
    "get",
    "set",
    "del",
    "hget",
    "hgetall",
    "hset",
    "hdel",
    "hmget",
    "lrange",
    "zrange",
    "zadd",
    "multi",
    "exec",
    "info",
    "ping",
    "hvals",
    "hkeys",
    "smembers",
    "zscore",
    "zrem",
    "llen",
    "lpush",
    "rpush",
    "expire",
    "exists",
    "config",
    "client",
    "hello",
    "time",
    "other",
  ],
} as const;

export type Label = keyof typeof LABELS;
type ValueOf<L extends Label> = (typeof LABELS)[L][number];

const known = new Map<string, ReadonlySet<string>>(
  Object.entries(LABELS).map(([label, values]) => [label, new Set<string>(values)]),
);

/** The value itself where the label may have it, else "other". */
export function valueOf<L extends Label>(label: L, value: string): ValueOf<L> | "other" {
  return known.get(label)?.has(value) === true ? (value as ValueOf<L>) : "other";
}
