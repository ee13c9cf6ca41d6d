import { OwnedNumber, type Pacing } from "../bulk/bulk-fixture.ts";
import type { Deployment } from "../conversation/record-fixture.ts";
import { type AudienceRow } from "./audience.ts";
import { Campaigns, type Created } from "./campaigns.ts";
import { Expansion } from "./expansion.ts";

/** An organization's number with the campaigns that it sends, and the jobs that expand them. */
export class CampaigningNumber {
  readonly number: OwnedNumber;
  readonly campaigns: Campaigns;
  readonly expansion: Expansion;

  private constructor(number: OwnedNumber) {
    this.number = number;
    const { deployment } = number;
    this.expansion = new Expansion(deployment);
    this.campaigns = new Campaigns({ ...deployment, timeZone: () => number.settings.timeZone });
  }

  static async of(deployment: Deployment, pacing: Partial<Pacing> = {}): Promise<CampaigningNumber> {
    return new CampaigningNumber(await OwnedNumber.of(deployment, { pacing }));
  }

  /** To these numbers, or so many. */
  async create(
    to: readonly AudienceRow[] | number,
    { id = "natal", ...definition }: Record<string, unknown> & { id?: string } = {},
  ): Promise<Created> {
    const rows = typeof to === "number" ? recipients(to) : to;
    return await this.campaigns.create({
      organization: this.number.organization,
      id,
      definition: { name: "Natal", template: "Oi {{nome|cliente}}", ...definition },
      audience: { rows },
    });
  }

  /** The job of a campaign. */
  async expand(id = "natal"): Promise<void> {
    await this.expansion.expand(this.number.organization, id, new AbortController().signal);
  }

  async progress(id = "natal") {
    const progress = await this.campaigns.progress(this.number.organization, id);
    if (progress === undefined) throw new Error(`there is no campaign ${id}`);
    return progress;
  }

  /** Keys whose names have this campaign, without the deployment's prefix. */
  async keysOf(id: string): Promise<string[]> {
    const { redis, keys } = this.number.deployment;
    const found = await redis.keys(`${keys.prefix}:*${id}*`);
    return found.map((key) => key.slice(keys.prefix.length + 1)).toSorted();
  }

  /** Expands and releases until there is nothing left to do now. */
  async run(): Promise<void> {
    for (;;) {
      const before = this.number.wire.length;
      for (const { campaign } of await this.campaigns.list(this.number.organization))
        await this.expand(campaign);
      // A lane that was found empty is looked at again a while later.
      await this.number.later();
      await this.number.run();
      if (this.number.wire.length === before) return;
    }
  }
}

/** Rows with so many numbers. */
export function recipients(count: number): AudienceRow[] {
  return Array.from({ length: count }, (_, index) => ({ telefone: phoneOf(index), nome: `N${index}` }));
}

export function phoneOf(index: number): string {
  return `55119${String(80_000_000 + index)}`;
}
