import { z } from "zod";
import type { StoreConfig } from "../../config.ts";
import { ABOUT_RAILWAY_REGIONS, RAILWAY_REGION_NAMES } from "../../places/railway-regions.ts";
import { choice, flag, integer } from "../../stack-config/field.ts";

/** What a Redis on Railway says besides its kind. */
export const railwayRedis = z.strictObject({
  region: choice(RAILWAY_REGION_NAMES, "us-east4", ABOUT_RAILWAY_REGIONS),
  maxMemoryMb: integer(
    16,
    16_384,
    256,
    "Memory for what it keeps, in MB; when it is full, writes are refused. A change restarts it.",
  ),
  openToInternet: flag(
    false,
    "Whether it is reachable from outside Railway, through a TCP proxy: with a password, but not encrypted.",
  ),
});

export type RailwayRedisConfig = StoreConfig & z.output<typeof railwayRedis>;
