import type { EcsFargateFleetConfig } from "./config.ts";
import { SIZES, type SizeName, type TaskSize } from "./sizes.ts";

/** What a fleet on ECS is, once its preset has filled in what its config leaves open. */
export interface Chosen {
  readonly size: TaskSize;
  readonly zones: 2 | 3;
  readonly egress: Exclude<EcsFargateFleetConfig["egress"], undefined>;
  readonly services: "one" | "two";
  /** Tasks that hold sessions: at the least, and at the most. */
  readonly instances: number;
  readonly maxInstances: number;
  /** Percentage of the tasks beyond the base. */
  readonly spot: number;
  readonly onDemandBase: number;
  readonly loadBalancer: boolean;
  readonly logRetentionDays: number;
}

type Preset = Omit<Chosen, "size"> & { readonly size: SizeName };

/**
 * The two configurations of the 2025 analysis, corrected. Its minimal one priced a task without a way to the internet:
 * each has a public address here. Its recommended one was a single task of 4 vCPU and 16 GB, of which Node computes on
 * one and waits for the AI on the rest, in a single zone; here are two small ones over two zones, more of them when
 * customers wait, and all beyond the first on Spot.
 */
export const PRESETS = {
  minimal: {
    size: "0.25-vcpu-0.5-gb",
    zones: 2,
    egress: "public-ip",
    services: "one",
    instances: 1,
    maxInstances: 1,
    spot: 0,
    onDemandBase: 1,
    loadBalancer: false,
    logRetentionDays: 7,
  },
  recommended: {
    size: "0.5-vcpu-1-gb",
    zones: 2,
    egress: "public-ip",
    services: "two",
    instances: 2,
    maxInstances: 6,
    spot: 100,
    onDemandBase: 1,
    loadBalancer: true,
    logRetentionDays: 30,
  },
} as const satisfies Readonly<Record<string, Preset>>;

/** Without a word about the most there may be, there are never fewer than the least. */
export function chosenOf(config: EcsFargateFleetConfig): Chosen {
  const preset: Preset = PRESETS[config.preset];
  const instances = config.instances ?? preset.instances;
  return {
    size: SIZES[config.size === "preset" ? preset.size : config.size],
    zones: config.zones ?? (config.zoneLetters?.length as 2 | 3 | undefined) ?? preset.zones,
    egress: config.egress ?? preset.egress,
    services: config.services ?? preset.services,
    instances,
    maxInstances: config.maxInstances ?? Math.max(instances, preset.maxInstances),
    spot: config.spot ?? preset.spot,
    onDemandBase: config.onDemandBase ?? preset.onDemandBase,
    loadBalancer: config.loadBalancer ?? preset.loadBalancer,
    logRetentionDays: config.logRetentionDays ?? preset.logRetentionDays,
  };
}
