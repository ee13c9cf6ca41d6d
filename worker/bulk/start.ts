import type { Owner } from "../owner.ts";
import type { Platform } from "../platform.ts";
import { Pump } from "./pump.ts";

/** The pump of the numbers that this process owns. @param owner asked only once something is due */
export function createPump(
  platform: Platform,
  owner: () => Owner,
  refill: (organization: string, campaign: string) => Promise<void>,
): Pump {
  return new Pump({
    ...platform,
    settings: (organization) => platform.organizations.find(organization),
    connection: (organization) => owner().sessions.of(organization)?.connection,
    lease: (organization) => owner().lease(organization),
    perform: (organization, what, work) => owner().perform(organization, what, work),
    deliver: (conversation) => owner().deliver(conversation, "bulk"),
    refill,
  });
}
