/** Hash: state, definition and counts of a campaign; `conversation/lua/bulk.lua` has its keys in Lua. */
export function campaignKey(prefix: string, organization: string, campaign: string): string {
  return `${prefix}:campaigns:${organization}:${campaign}`;
}

/** List: recipients that are in no lane yet, sealed, some hundred at a time. */
export function recipientsKey(prefix: string, organization: string, campaign: string): string {
  return `${campaignKey(prefix, organization, campaign)}:recipients`;
}

/** List: the same, while they are read in. */
export function importKey(prefix: string, organization: string, attempt: string): string {
  return `${prefix}:import:${organization}:${attempt}`;
}

/** Sorted set: campaigns of an organization by the ms at which they were created. */
export function campaignsKey(prefix: string, organization: string): string {
  return `${prefix}:campaigns:${organization}`;
}

/** List: parts that wait for their turn. */
export function laneKey(prefix: string, organization: string, campaign: string): string {
  return `${prefix}:lane:${organization}:campaign:${campaign}`;
}
