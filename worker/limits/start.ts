import type { OutboxOptions } from "../conversation/outbox.ts";
import type { Platform } from "../platform.ts";
import { FleetRate } from "./fleet-rate.ts";

/** What the fleet's processes may send together; undefined where there is no limit. @param later gets what nobody awaits */
export function fleetLimit(
  { config, redis, keys }: Platform,
  later: (work: Promise<void>) => void,
): OutboxOptions["limit"] {
  if (config.rate.perSecond === 0) return undefined;
  const rate = new FleetRate({ redis, keys, fleet: config.fleet, ...config.rate });
  return { take: (kind) => rate.take(kind), giveBack: () => rate.giveBack(), later };
}
