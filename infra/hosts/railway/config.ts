import { z } from "zod";
import type { FleetConfig } from "../../config.ts";
import { ABOUT_RAILWAY_REGIONS, RAILWAY_REGION_NAMES } from "../../places/railway-regions.ts";
import { choice } from "../../stack-config/field.ts";
import { layoutFields } from "../../stack-config/layout-fields.ts";

/** What each replica may use at the most: GB (10⁹ bytes) of memory, vCPUs. Railway bills what is used. */
export const LIMITS = {
  small: { memoryGb: 0.5, vcpus: 1 },
  medium: { memoryGb: 1, vcpus: 2 },
  large: { memoryGb: 2, vcpus: 2 },
  xlarge: { memoryGb: 4, vcpus: 4 },
} as const;

/** What a fleet on Railway says besides its host and share. */
export const railwayFleet = z.strictObject({
  region: choice(RAILWAY_REGION_NAMES, "us-east4", ABOUT_RAILWAY_REGIONS),
  size: choice(
    ["small", "medium", "large", "xlarge"],
    "small",
    "The most that each replica may use: small 0.5 GB and 1 vCPU, medium 1 GB and 2 vCPU, large 2 GB and 2 vCPU, " +
      "xlarge 4 GB and 4 vCPU; what is used is what is billed.",
  ),
  ...layoutFields,
});

export type RailwayFleetConfig = FleetConfig & z.output<typeof railwayFleet>;
