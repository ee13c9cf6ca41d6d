import type { Automations } from "../automations/automations.ts";
import { automationsOf } from "../automations/of-platform.ts";
import { Lanes } from "../bulk/lanes.ts";
import { OptOuts } from "../bulk/opt-outs.ts";
import { Campaigns } from "../campaigns/campaigns.ts";
import type { Platform } from "../platform.ts";
import { OwnerWake } from "../runtime/owner-wake.ts";
import { OwnerRequests } from "./owner-requests.ts";
import { Performing } from "./performing.ts";

/** What calls need of a process. */
export type CallPlatform = Pick<
  Platform,
  "redis" | "keys" | "sealing" | "log" | "organizations" | "record" | "policy"
> & { readonly queues: Pick<Platform["queues"], "connection"> };

/** Calls as this process does them, and what they change. */
export interface Calling {
  readonly performing: Performing;
  readonly campaigns: Campaigns;
  readonly automations: Automations;
  close(): Promise<void>;
}

export function createCalling(platform: CallPlatform): Calling {
  const { redis, keys, log, organizations, queues } = platform;
  const owners = new OwnerWake({ redis, keys, log, connection: queues.connection });
  const requests = new OwnerRequests(platform);
  // Who owns the number has the first recipients made into messages.
  const campaigns = new Campaigns({
    ...platform,
    timeZone: (organization) => organizations.find(organization)?.timeZone,
  });
  const automations = automationsOf(platform);
  const performing = new Performing({
    ...platform,
    lanes: new Lanes(platform),
    optOuts: new OptOuts(platform),
    campaigns,
    automations,
    wake: (conversation) => owners.wake(conversation),
    ask: (request) => requests.ask(request),
  });
  return { performing, campaigns, automations, close: () => owners.close() };
}
