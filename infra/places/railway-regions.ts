/**
 * Where Railway runs things, by the region's common name; what its API calls them ends in the data centre
 * (docs.railway.com/deployments/regions, 2026-08).
 */
export const RAILWAY_REGIONS = {
  "us-west2": "us-west2",
  "us-east4": "us-east4-eqdc4a",
  "europe-west4": "europe-west4-drams3a",
  "asia-southeast1": "asia-southeast1-eqsg3a",
} as const;

export type RailwayRegion = keyof typeof RAILWAY_REGIONS;

export const RAILWAY_REGION_NAMES = Object.keys(RAILWAY_REGIONS) as [RailwayRegion, ...RailwayRegion[]];

/** For both host and store. */
export const ABOUT_RAILWAY_REGIONS =
  "`us-west2` is California, `us-east4` Virginia, `europe-west4` Amsterdam, `asia-southeast1` Singapore; there is none in South America.";
