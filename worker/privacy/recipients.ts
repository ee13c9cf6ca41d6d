import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import { Unsealable, type Sealing } from "../adapters/redis/sealing.ts";
import { campaignsKey, recipientsKey } from "../campaigns/keys.ts";
import { openRecipients, sealRecipients, type StoredRecipient } from "../campaigns/recipients.ts";
import type { Logger } from "../runtime/logging.ts";
import { shardOf } from "../sessions/shards.ts";
import type { Person } from "./person.ts";
import { scripts } from "./scripts.ts";

export interface RecipientsOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly sealing: Sealing;
  readonly log: Logger;
}

/**
 * Takes a person out of the audiences of an organization's campaigns, where they are in no lane yet; their campaigns count
 * them as skipped.
 * @param acts false to find out alone
 * @returns how many recipients that were
 */
export async function eraseRecipients(
  options: RecipientsOptions,
  organization: string,
  person: Person,
  acts: boolean,
): Promise<number> {
  const { redis, keys } = options;
  let count = 0;
  for (const campaign of await redis.zrange(campaignsKey(keys.prefix, organization), "0", "-1"))
    count += await eraseFrom(options, organization, campaign, person, acts);
  return count;
}

async function eraseFrom(
  options: RecipientsOptions,
  organization: string,
  campaign: string,
  { users }: Person,
  acts: boolean,
): Promise<number> {
  const { redis, keys, sealing } = options;
  const list = recipientsKey(keys.prefix, organization, campaign);
  let count = 0;
  // From the end: chunks leave at the beginning, into the lane, which is looked at once more then.
  for (let index = (await redis.llen(list)) - 1; index >= 0; index--) {
    const chunk = await redis.lindex(list, index);
    if (chunk === null) continue;
    const recipients = openedOf(options, organization, campaign, chunk);
    const left = recipients.filter(({ number }) => !users.includes(number));
    const dropped = recipients.length - left.length;
    if (!acts) count += dropped;
    if (dropped === 0 || !acts) continue;
    const item = JSON.stringify({ organization, campaign, dropped });
    const sealed = left.length === 0 ? "" : sealRecipients(sealing, organization, campaign, left);
    const args = [shardOf(organization), keys.prefix, item, chunk, sealed];
    if ((await scripts.eraseRecipients.run(redis, [], args)) === 1) count += dropped;
  }
  return count;
}

/** One chunk that cannot be read keeps nobody from being erased from the others. */
function openedOf(
  { sealing, log }: RecipientsOptions,
  organization: string,
  campaign: string,
  chunk: string,
): StoredRecipient[] {
  try {
    return openRecipients(sealing, organization, campaign, chunk);
  } catch (error) {
    if (!(error instanceof Unsealable)) throw error;
    log.error("recipients cannot be read", { organization, campaign, why: error.message });
    return [];
  }
}
