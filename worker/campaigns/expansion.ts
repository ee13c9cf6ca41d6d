import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import type { Sealing } from "../adapters/redis/sealing.ts";
import { encodePart } from "../bulk/lanes.ts";
import { shardOf } from "../sessions/shards.ts";
import { definitionPlace } from "./campaigns.ts";
import { campaignKey, laneKey, recipientsKey } from "./keys.ts";
import { openRecipients } from "./recipients.ts";
import { scripts } from "./scripts.ts";
import { parseTemplate, render, type Template } from "./template.ts";

/** Parts of one campaign in its lane, at the most and a chunk: however many its recipients are. The same for another day. */
const WAITING_MAX = 1_000;

export interface ExpansionOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly sealing: Sealing;
}

/** Makes recipients of a campaign into parts of its lane, as many as are to wait there. */
export class Expansion {
  readonly #options: ExpansionOptions;

  constructor(options: ExpansionOptions) {
    this.#options = options;
  }

  /**
   * Harmless at any time and any number of times: a chunk of recipients leaves its list in the call in which its parts enter
   * the lane.
   * @throws Unsealable
   */
  async expand(organization: string, campaign: string, signal: AbortSignal): Promise<void> {
    const { redis, keys, sealing } = this.#options;
    const key = campaignKey(keys.prefix, organization, campaign);
    const recipients = recipientsKey(keys.prefix, organization, campaign);
    const lane = laneKey(keys.prefix, organization, campaign);
    let template: Template | undefined;
    if ((await redis.llen(`${lane}:later`)) >= WAITING_MAX) return;
    let waiting = await redis.llen(lane);
    while (waiting < WAITING_MAX && !signal.aborted) {
      const [head, chunk] = await Promise.all([
        redis.hmget(key, "template", "chunks"),
        redis.lindex(recipients, 0),
      ]);
      const [sealedTemplate, chunks] = head;
      if (!chunk || !sealedTemplate) return;
      template ??= parseTemplate(sealing.openText(definitionPlace(organization, campaign), sealedTemplate));
      const meant = template;
      const parts = openRecipients(sealing, organization, campaign, chunk).map(
        ({ index, number, values }) => {
          const text = render(meant, values);
          const part = {
            organization,
            to: { number },
            source: "campaign",
            run: campaign,
            part: 0,
            text,
          } as const;
          return encodePart(sealing, part, String(index));
        },
      );
      const item = { organization, campaign, chunk: Number(chunks) };
      const args = [shardOf(organization), keys.prefix, JSON.stringify(item), ...parts];
      waiting = (await scripts.expand.run(redis, [], args)) as number;
      // Another job took that chunk, or the campaign is over.
      if (waiting < 0) return;
    }
  }
}
