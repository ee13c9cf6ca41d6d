import { RAILWAY_REGIONS } from "../../places/railway-regions.ts";
import type { StorePlan } from "../../store.ts";
import type { RailwayRedisConfig } from "./config.ts";

export interface RailwayRedisPlan extends StorePlan {
  readonly kind: "railway-redis";
  readonly region: string;
  /** The region as Railway's API has it. */
  readonly placement: string;
  readonly image: string;
  readonly maxMemoryMb: number;
  readonly isOpen: boolean;
}

/** A tag that is not moved; whoever changes it restarts every store that is deployed with it. */
const IMAGE = "redis:8.2.2";

export function planStore(request: {
  readonly stack: string;
  readonly production: boolean;
  readonly config: RailwayRedisConfig;
}): RailwayRedisPlan {
  const { region, maxMemoryMb, openToInternet } = request.config;
  return {
    kind: "railway-redis",
    identity: `railway-redis of project oxy-${request.stack} in ${region}`,
    mayLose:
      "about the last second, or two while its volume is slow, if it or its machine dies; a redeploy loses nothing, but nobody reaches it meanwhile",
    protected: request.production,
    region,
    placement: RAILWAY_REGIONS[region],
    image: IMAGE,
    maxMemoryMb,
    isOpen: openToInternet,
  };
}
