/**
 * Every key of one deployment. The namespace is a Redis hash tag, so that one Lua call may touch any of
 * them on an endpoint in cluster mode; BullMQ's prefix carries it too.
 */
export interface Keys {
  /** The hash tag itself, also BullMQ's prefix: `{oxy}`. */
  readonly prefix: string;
  /** Hash: record version, shard count and the sealed proof of the encryption key. */
  readonly meta: string;
  /** String: unix seconds at which something was erased last, or the store was new: turns are counted from there. */
  readonly erased: string;
  /** Hash: shard → `owner epoch expiry` (expiry in ms of store time). */
  readonly leases: string;
  /** Hash: slot → process. */
  readonly slots: string;
  /** Hash of one process: fleet, place, image, slot, version, heartbeat (ms of store time). Ends with its lease. */
  process(id: string): string;
  /** String: fleet, place and image of one process, as JSON, while it takes shards. Ends with its lease. */
  shares(process: string): string;
  /** Hash: organization → sealed settings. */
  readonly organizations: string;
  /** String: counts how often any settings changed. */
  readonly settingsVersion: string;
  /** String: ms of store time at which a process whose leases ran out was last heard of; kept for a day. */
  lastHeard(process: string): string;
  /** Hash: organization → its WhatsApp session, as JSON; docs/architecture.md has its fields. */
  readonly sessions: string;
  /** String: number of the interval in which the waiting of one fleet was measured last. */
  measured(fleet: string): string;
  /** Hash: request → what an operator asks for, as JSON. */
  readonly requests: string;
  /** List: what was answered to one request, as JSON. */
  answers(request: string): string;
  /** List: what comes with one request, sealed, in parts. */
  attachment(request: string): string;
  /** String: sealed WhatsApp credentials of one organization. */
  credentials(organization: string): string;
  /** Hash: sealed Signal keys of one organization, `type:id` → value. */
  signalKeys(organization: string): string;
}

export function keysOf(namespace: string): Keys {
  const prefix = `{${namespace}}`;
  return {
    prefix,
    meta: `${prefix}:meta`,
    erased: `${prefix}:erased`,
    leases: `${prefix}:leases`,
    slots: `${prefix}:slots`,
    process: (id) => `${prefix}:process:${id}`,
    shares: (process) => `${prefix}:shares:${process}`,
    organizations: `${prefix}:organizations`,
    settingsVersion: `${prefix}:organizations:version`,
    lastHeard: (process) => `${prefix}:heard:${process}`,
    sessions: `${prefix}:sessions`,
    measured: (fleet) => `${prefix}:measured:${fleet}`,
    requests: `${prefix}:requests`,
    answers: (request) => `${prefix}:answers:${request}`,
    attachment: (request) => `${prefix}:attachment:${request}`,
    credentials: (organization) => `${prefix}:wa:${organization}:credentials`,
    signalKeys: (organization) => `${prefix}:wa:${organization}:keys`,
  };
}
