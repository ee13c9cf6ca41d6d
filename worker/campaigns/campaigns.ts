import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import type { Sealing } from "../adapters/redis/sealing.ts";
import { openingOf, type SendingWindow } from "../bulk/opening.ts";
import { shardOf } from "../sessions/shards.ts";
import type { Audience } from "./audience.ts";
import { campaignDefinition, campaignId, type CampaignDefinition } from "./definition.ts";
import { importAudience, type LeftOut } from "./import.ts";
import { campaignKey, campaignsKey } from "./keys.ts";
import { progressOf, type CampaignProgress, type CampaignState } from "./progress.ts";
import { RecipientWriter } from "./recipients.ts";
import { scripts } from "./scripts.ts";
import { parseTemplate } from "./template.ts";

const DAY_MS = 24 * 3_600_000;
const WINDOW_MS = 30 * DAY_MS;
const LISTED = 50;

/** A campaign would never go out; the message says why. */
export class InvalidWindow extends Error {
  override readonly name = "InvalidWindow";
}

export interface CampaignsOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly sealing: Sealing;
  /** Of an organization; undefined when it is not known. */
  timeZone(organization: string): string | undefined;
}

export interface NewCampaign {
  readonly organization: string;
  /** Chosen by who creates it, so that a call that is repeated is the same call; random unless told. */
  readonly id?: string | undefined;
  /** As {@link campaignDefinition} has it. */
  readonly definition: unknown;
  readonly audience: Audience;
}

export interface Created {
  readonly campaign: string;
  /** "repeated" when there was one with this id, which stays as it is. */
  readonly outcome: "created" | "repeated";
  /** Recipients. */
  readonly total: number;
  /** Who is not among them, told before anything is sent. */
  readonly leftOut: LeftOut;
}

/** The campaigns of organizations; any process may create and control them, and none of it sends anything by itself. */
export class Campaigns {
  readonly #options: CampaignsOptions;

  constructor(options: CampaignsOptions) {
    this.#options = options;
  }

  /**
   * Reads the audience in, row by row, and has the campaign sent in its window and at its organization's pace.
   * @throws InvalidTemplate, InvalidWindow, InvalidAudience, ZodError for a definition that cannot be meant, RangeError for an organization that is not known
   */
  async create({ organization, id, definition, audience }: NewCampaign): Promise<Created> {
    const campaign = campaignId.parse(id ?? randomUUID());
    const defined = campaignDefinition.parse(definition);
    const template = parseTemplate(defined.template);
    const window = this.#windowOf(organization, defined);
    const writer = new RecipientWriter(this.#options, organization, campaign, randomUUID());
    try {
      const { total, leftOut } = await importAudience(audience, template, (recipient) =>
        writer.add(recipient),
      );
      await writer.end();
      const outcome = await this.#begin(organization, campaign, writer.key, defined, window, total, leftOut);
      return { campaign, outcome, total, leftOut };
    } catch (error) {
      await writer.forget();
      throw error;
    }
  }

  /** Nothing more is released from now on. @returns the state it has then; undefined for one that is not known */
  async pause(organization: string, campaign: string): Promise<CampaignState | undefined> {
    return await this.#control(organization, campaign, "pause");
  }

  /** @returns the state it has then; undefined for one that is not known */
  async resume(organization: string, campaign: string): Promise<CampaignState | undefined> {
    return await this.#control(organization, campaign, "resume");
  }

  /** Ends it: whom it was not released to is forgotten. @returns the state it has then; undefined for one that is not known */
  async cancel(organization: string, campaign: string): Promise<CampaignState | undefined> {
    return await this.#control(organization, campaign, "cancel");
  }

  async progress(organization: string, campaign: string): Promise<CampaignProgress | undefined> {
    const { redis, keys, sealing } = this.#options;
    const fields = await redis.hgetall(campaignKey(keys.prefix, organization, campaign));
    const { name, state } = fields;
    if (name === undefined || state === undefined) return undefined;
    const place = definitionPlace(organization, campaign);
    return progressOf(campaign, sealing.openText(place, name), fields);
  }

  /** The last ones, newest first. */
  async list(organization: string, limit = LISTED): Promise<CampaignProgress[]> {
    const { redis, keys } = this.#options;
    const ids = await redis.zrevrange(campaignsKey(keys.prefix, organization), 0, limit - 1);
    const found = await Promise.all(ids.map((campaign) => this.progress(organization, campaign)));
    return found.filter((progress) => progress !== undefined);
  }

  #windowOf(organization: string, { window }: CampaignDefinition): SendingWindow {
    const timeZone = this.#options.timeZone(organization);
    if (timeZone === undefined) throw new RangeError(`organization ${organization} is not known here`);
    const startsAt = window.startsAt === undefined ? Date.now() : Date.parse(window.startsAt);
    const endsAt = window.endsAt === undefined ? startsAt + WINDOW_MS : Date.parse(window.endsAt);
    const { weekdays, hours } = window;
    const meant = { startsAt, endsAt, ...(weekdays && { weekdays }), ...(hours && { hours }) };
    if (openingOf(meant, timeZone, Date.now()).kind === "over")
      throw new InvalidWindow("window: expected one that opens, got one that is over or never does");
    return meant;
  }

  async #begin(
    organization: string,
    campaign: string,
    imported: string,
    { name, template, perMinute }: CampaignDefinition,
    window: SendingWindow,
    total: number,
    leftOut: LeftOut,
  ): Promise<Created["outcome"]> {
    const { redis, keys, sealing } = this.#options;
    const opening = openingOf(window, this.#options.timeZone(organization) ?? "UTC", Date.now());
    const fields = {
      name: sealing.seal(definitionPlace(organization, campaign), name),
      template: sealing.seal(definitionPlace(organization, campaign), template),
      window: JSON.stringify(window),
      endsAt: window.endsAt,
      leftOut: JSON.stringify(leftOut.counts),
      ...(perMinute === undefined ? {} : { perMinute }),
    };
    const item = {
      organization,
      campaign,
      imported,
      total,
      opensAt: opening.kind === "closed" ? opening.until : Date.now(),
      fields: Object.entries(fields).flat().map(String),
    };
    const args = [shardOf(organization), keys.prefix, JSON.stringify(item)];
    return (await scripts.begin.run(redis, [], args)) as Created["outcome"];
  }

  async #control(
    organization: string,
    campaign: string,
    verb: "pause" | "resume" | "cancel",
  ): Promise<CampaignState | undefined> {
    const { redis, keys } = this.#options;
    const args = [shardOf(organization), keys.prefix, JSON.stringify({ organization, campaign, verb })];
    const state = (await scripts.control.run(redis, [], args)) as CampaignState | "unknown";
    return state === "unknown" ? undefined : state;
  }
}

/** What name and template of a campaign are sealed for. */
export function definitionPlace(organization: string, campaign: string): string {
  return `campaign:${organization}:${campaign}`;
}
