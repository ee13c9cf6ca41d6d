import type { Lease } from "./lease.ts";

/**
 * Which of these shards to hand over: so many, and with them the same part of the organizations, whose number in a shard
 * `weight` tells. The same every time, in an order in which whoever deals them out deals out the organizations, too.
 */
export function chosen(leases: readonly Lease[], count: number, weight: (shard: number) => number): Lease[] {
  const ordered = leases.toSorted((a, b) => weight(b.shard) - weight(a.shard) || a.shard - b.shard);
  const upTo = (index: number): number => Math.floor((index * count) / ordered.length);
  return ordered.filter((_lease, index) => upTo(index + 1) > upTo(index));
}
