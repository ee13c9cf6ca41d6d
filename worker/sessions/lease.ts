/** The right to write for one shard, as the store issued it. */
export interface Lease {
  readonly shard: number;
  /** The process that holds it. */
  readonly owner: string;
  /** Decimal digits; only ever grows for a shard. */
  readonly epoch: string;
}

/** The first arguments of every fenced script: `fence.lua` compares them with the store. */
export function fenceOf(lease: Lease): [shard: number, owner: string, epoch: string] {
  return [lease.shard, lease.owner, lease.epoch];
}

/** The store refused a write because the lease is not ours any more. Nothing was written. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";
  readonly lease: Lease;

  constructor(lease: Lease, call: string) {
    super(
      `${call} refused: process ${lease.owner} does not hold shard ${lease.shard} under epoch ${lease.epoch}`,
    );
    this.lease = lease;
  }
}
