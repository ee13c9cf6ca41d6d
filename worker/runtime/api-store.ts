import type { Automations } from "../automations/automations.ts";
import { automationsOf } from "../automations/of-platform.ts";
import { Campaigns } from "../campaigns/campaigns.ts";
import type { Performing } from "../contract/performing.ts";
import { createCalling, type CallPlatform } from "../contract/start.ts";

/** What the API works on. */
export interface ApiStore extends Pick<CallPlatform, "redis" | "keys" | "record"> {
  readonly performing: Performing;
  readonly campaigns: Pick<Campaigns, "list" | "progress">;
  readonly automations: Pick<Automations, "list">;
  close(): Promise<void>;
}

export function createApiStore(platform: CallPlatform): ApiStore {
  const { redis, keys, record, organizations } = platform;
  const timeZone = (organization: string): string | undefined => organizations.find(organization)?.timeZone;
  return {
    ...{ redis, keys, record },
    ...createCalling(platform),
    campaigns: new Campaigns({ ...platform, timeZone }),
    automations: automationsOf(platform),
  };
}
