/** Where regions are, by the town or the land that round trips are known between. */

const AWS: Readonly<Record<string, string>> = {
  "us-east-1": "virginia",
  "us-east-2": "ohio",
  "us-west-1": "california",
  "us-west-2": "oregon",
  "ca-central-1": "montreal",
  "sa-east-1": "sao-paulo",
  "eu-west-1": "dublin",
  "eu-west-2": "london",
  "eu-central-1": "frankfurt",
  "ap-south-1": "mumbai",
  "ap-southeast-1": "singapore",
  "ap-southeast-2": "sydney",
  "ap-northeast-1": "tokyo",
  "af-south-1": "cape-town",
};

/** Upstash has some of AWS's regions and some of Google's (Upstash docs, redis/features/globaldatabase, 2026-08). */
const UPSTASH: Readonly<Record<string, string>> = {
  ...AWS,
  "us-central1": "iowa",
  "us-east4": "virginia",
  "europe-west1": "belgium",
  "asia-northeast1": "tokyo",
};

/** Render API, "region" (its OpenAPI description, early 2026). */
const RENDER: Readonly<Record<string, string>> = {
  oregon: "oregon",
  ohio: "ohio",
  virginia: "virginia",
  frankfurt: "frankfurt",
  singapore: "singapore",
};

/** docs.railway.com/deployments/regions, 2026-08. */
const RAILWAY: Readonly<Record<string, string>> = {
  "us-west2": "california",
  "us-east4": "virginia",
  "europe-west4": "amsterdam",
  "asia-southeast1": "singapore",
};

/** Fly docs, reference/regions, 2026-08. */
const FLY: Readonly<Record<string, string>> = {
  gru: "sao-paulo",
  ams: "amsterdam",
  arn: "stockholm",
  bom: "mumbai",
  cdg: "paris",
  dfw: "dallas",
  ewr: "new-jersey",
  fra: "frankfurt",
  iad: "virginia",
  jnb: "johannesburg",
  lax: "california",
  lhr: "london",
  nrt: "tokyo",
  ord: "chicago",
  sin: "singapore",
  sjc: "california",
  syd: "sydney",
  yyz: "toronto",
};

/** This machine, for both. */
const LOCAL: Readonly<Record<string, string>> = { local: "local" };

/** By name of the host or kind of the store. Los Angeles and San José are 500 km apart: `california` is not one town. */
const PLACES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  local: LOCAL,
  render: RENDER,
  fly: FLY,
  railway: RAILWAY,
  "ecs-fargate": AWS,
  upstash: UPSTASH,
  "render-key-value": RENDER,
  "railway-redis": RAILWAY,
  elasticache: AWS,
};

/** Who is asked for by customers in Brazil. */
export const BRAZIL = "sao-paulo";

/** @param of name of a host or kind of a store @returns undefined for a region that nobody has put on the map */
export function placeOf(of: string, region: string): string | undefined {
  return PLACES[of]?.[region];
}

/** Whether a store and a fleet are in one place. */
export function isSamePlace(
  store: { readonly kind: string; readonly region: string },
  fleet: { readonly host: string; readonly region: string },
): boolean {
  const place = placeOf(store.kind, store.region);
  return place !== undefined && place === placeOf(fleet.host, fleet.region);
}
