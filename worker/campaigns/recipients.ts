import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import type { Sealing } from "../adapters/redis/sealing.ts";
import { InvalidAudience } from "./audience.ts";
import type { CampaignRecipient } from "./import.ts";
import { importKey } from "./keys.ts";
import { scripts } from "./scripts.ts";

/** A recipient as it is stored, with its place among all of the campaign. */
export interface StoredRecipient extends CampaignRecipient {
  readonly index: number;
}

/** Recipients that are stored, and later expanded, together. */
const CHUNK = 250;
/** An import that ends without an end is forgotten after this long. */
const IMPORT_SECONDS = 3_600;

/**
 * Stores recipients while they are read in, sealed. Those who wrote to the organization before come first: they are fewer,
 * may be written to without a daily limit, and seldom mind.
 */
export class RecipientWriter {
  readonly key: string;
  readonly #store: { readonly redis: Redis; readonly keys: Keys; readonly sealing: Sealing };
  readonly #organization: string;
  readonly #campaign: string;
  #read: StoredRecipient[] = [];
  readonly #known: StoredRecipient[] = [];
  readonly #strangers: StoredRecipient[] = [];
  #count = 0;
  #begun = false;

  constructor(
    store: { readonly redis: Redis; readonly keys: Keys; readonly sealing: Sealing },
    organization: string,
    campaign: string,
    attempt: string,
  ) {
    this.#store = store;
    this.#organization = organization;
    this.#campaign = campaign;
    this.key = importKey(store.keys.prefix, organization, attempt);
  }

  /** @throws InvalidAudience when they come too slowly */
  async add(recipient: CampaignRecipient): Promise<void> {
    this.#read.push({ ...recipient, index: this.#count++ });
    if (this.#read.length >= CHUNK) await this.#sort();
  }

  /** Stores the last of them. @throws InvalidAudience */
  async end(): Promise<void> {
    await this.#sort();
    await this.#push("LPUSH", this.#known.splice(0));
    await this.#push("RPUSH", this.#strangers.splice(0));
  }

  async forget(): Promise<void> {
    await this.#store.redis.unlink(this.key);
  }

  async #sort(): Promise<void> {
    const read = this.#read;
    this.#read = [];
    if (read.length === 0) return;
    const { redis, keys } = this.#store;
    const numbers = read.map(({ number }) => number);
    const known = (await scripts.known.run(
      redis,
      [],
      [keys.prefix, this.#organization, ...numbers],
    )) as number[];
    read.forEach((recipient, index) => (known[index] === 1 ? this.#known : this.#strangers).push(recipient));
    while (this.#known.length >= CHUNK) await this.#push("LPUSH", this.#known.splice(0, CHUNK));
    while (this.#strangers.length >= CHUNK) await this.#push("RPUSH", this.#strangers.splice(0, CHUNK));
  }

  async #push(end: "LPUSH" | "RPUSH", chunk: readonly StoredRecipient[]): Promise<void> {
    if (chunk.length === 0) return;
    const { redis, sealing } = this.#store;
    const sealed = sealRecipients(sealing, this.#organization, this.#campaign, chunk);
    // What was forgotten meanwhile must not begin anew without those who were in it.
    const command = `${end}${this.#begun ? "X" : ""}` as const;
    this.#begun = true;
    if ((await redis.call(command, this.key, sealed)) === 0)
      throw new InvalidAudience("audience: expected the next rows within an hour, got them later");
    await redis.expire(this.key, IMPORT_SECONDS);
  }
}

export function sealRecipients(
  sealing: Sealing,
  organization: string,
  campaign: string,
  recipients: readonly StoredRecipient[],
): string {
  return sealing.seal(recipientsPlace(organization, campaign), JSON.stringify(recipients));
}

/** @throws Unsealable */
export function openRecipients(
  sealing: Sealing,
  organization: string,
  campaign: string,
  sealed: string,
): StoredRecipient[] {
  return JSON.parse(sealing.openText(recipientsPlace(organization, campaign), sealed)) as StoredRecipient[];
}

function recipientsPlace(organization: string, campaign: string): string {
  return `recipients:${organization}:${campaign}`;
}
