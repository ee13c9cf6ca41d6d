import { createHash } from "node:crypto";
import type { Sealing } from "../adapters/redis/sealing.ts";

/** What digests of those who were erased are made with, the current first: `lua/bulk.lua` tries each. */
export function optOutPeppers(sealing: Sealing, organization: string): [string, ...string[]] {
  return sealing.peppers(`opt-outs of ${organization}`);
}

/** What is kept of somebody who wanted nothing that goes to many, and was erased: nobody without the keys knows who it is. */
export function optOutDigest(sealing: Sealing, organization: string, user: string): string {
  const [pepper] = optOutPeppers(sealing, organization);
  return createHash("sha1")
    .update(pepper + user)
    .digest("hex");
}
