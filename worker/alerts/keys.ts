import type { Keys } from "../adapters/redis/keys.ts";

/** What the alerts of a deployment keep. Nothing of it is secret, and no text of people is in it. */
export interface AlertKeys {
  /** Hash: `round` that was judged last, `state` of the rules as JSON, `silence <rule> <organization or *>` → until (ms). */
  readonly alerts: string;
  /** Hash: process → when it looked last, and what it said of itself, as JSON. */
  readonly reports: string;
  /** Hash: id → an event that has not been told everybody yet, as JSON. */
  readonly outgoing: string;
}

export function alertKeysOf({ prefix }: Keys): AlertKeys {
  return {
    alerts: `${prefix}:alerts`,
    reports: `${prefix}:alerts:reports`,
    outgoing: `${prefix}:alerts:outgoing`,
  };
}
