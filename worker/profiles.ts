/** What a process gives for being noticed soon when it dies, in commands of the store. */
export interface Profile {
  /** How long a shard stays owned without renewal, in s: whoever writes to a dead process waits about as long. */
  readonly leaseSeconds: number;
  /** How often jobs are looked for whose process died, in s. */
  readonly stalledSeconds: number;
}

export const PROFILES = {
  economy: { leaseSeconds: 45, stalledSeconds: 900 },
  standard: { leaseSeconds: 15, stalledSeconds: 300 },
  "fast-failover": { leaseSeconds: 3, stalledSeconds: 60 },
} as const satisfies Record<string, Profile>;
