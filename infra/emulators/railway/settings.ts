import { Refused } from "./refused.ts";

/** Of a service, as Railway begins with them (docs.railway.com, 2026-08). */
export interface Settings {
  readonly image: string | null;
  readonly startCommand: string | null;
  readonly healthcheckPath: string | null;
  readonly healthcheckTimeout: number | null;
  readonly drainingSeconds: number | null;
  readonly overlapSeconds: number | null;
  readonly restartPolicyType: "ALWAYS" | "NEVER" | "ON_FAILURE";
  readonly restartPolicyMaxRetries: number;
  readonly sleepApplication: boolean | null;
  /** Replicas by region. */
  readonly regions: Readonly<Record<string, number>> | null;
  readonly limits: { readonly memoryGB: number; readonly vCPUs: number } | null;
}

export const INITIAL: Settings = {
  image: null,
  startCommand: null,
  healthcheckPath: null,
  healthcheckTimeout: null,
  drainingSeconds: null,
  overlapSeconds: null,
  restartPolicyType: "ON_FAILURE",
  restartPolicyMaxRetries: 10,
  sleepApplication: null,
  regions: null,
  limits: null,
};

const REGIONS = new Set(["us-west2", "us-east4-eqdc4a", "europe-west4-drams3a", "asia-southeast1-eqsg3a"]);
/** Of a replica, on the plan Pro. */
const MOST_MEMORY_GB = 24;
const MOST_VCPUS = 24;

export interface SettingsInput {
  readonly source?: { readonly image?: string | null } | null;
  readonly multiRegionConfig?: unknown;
  readonly registryCredentials?: unknown;
  readonly [setting: string]: unknown;
}

/** @throws Refused */
export function changed(settings: Settings, input: SettingsInput, hasVolume: boolean): Settings {
  const { source, multiRegionConfig, registryCredentials: _, ...others } = input;
  const regions =
    multiRegionConfig === undefined ? settings.regions : regionsIn(multiRegionConfig, hasVolume);
  return {
    ...settings,
    ...(others as Partial<Settings>),
    ...(source === undefined ? {} : { image: source?.image ?? null }),
    regions,
  };
}

/** @throws Refused */
export function limited(settings: Settings, memoryGB: number, vCPUs: number): Settings {
  if (memoryGB > MOST_MEMORY_GB) throw new Refused(`Memory limit exceeds the plan's ${MOST_MEMORY_GB} GB`);
  if (vCPUs > MOST_VCPUS) throw new Refused(`vCPU limit exceeds the plan's ${MOST_VCPUS}`);
  return { ...settings, limits: { memoryGB, vCPUs } };
}

export function replicasOf({ regions }: Settings): number {
  return regions === null ? 1 : Object.values(regions).reduce((sum, replicas) => sum + replicas, 0);
}

function regionsIn(config: unknown, hasVolume: boolean): Settings["regions"] {
  if (config === null) return null;
  const regions: Record<string, number> = {};
  for (const [region, there] of Object.entries(config as Record<string, { numReplicas?: unknown }>)) {
    const { numReplicas } = there;
    if (!REGIONS.has(region)) throw new Refused(`Invalid region: ${region}`);
    if (typeof numReplicas !== "number" || numReplicas < 1)
      throw new Refused(`Invalid multiRegionConfig: numReplicas of ${region}`);
    regions[region] = numReplicas;
  }
  if (hasVolume && Object.values(regions).reduce((sum, replicas) => sum + replicas, 0) > 1)
    throw new Refused("Replicas cannot be used with volumes");
  return regions;
}
