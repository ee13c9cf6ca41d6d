import type { Platform } from "../platform.ts";
import { Automations } from "./automations.ts";

/** Automations as whoever changes them needs them; runs nothing. */
export function automationsOf({
  redis,
  keys,
  sealing,
  policy,
  organizations,
}: Pick<Platform, "redis" | "keys" | "sealing" | "policy" | "organizations">): Automations {
  const timeZone = async (organization: string): Promise<string> => {
    await organizations.refresh();
    return organizations.find(organization)?.timeZone ?? "UTC";
  };
  return new Automations({ redis, keys, sealing, policy, timeZone });
}
