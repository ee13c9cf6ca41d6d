import { z } from "zod";
import type { FleetConfig } from "../../config.ts";
import { choice, field, integer } from "../../stack-config/field.ts";
import { layoutFields } from "../../stack-config/layout-fields.ts";

/** What a machine is given. */
export interface Guest {
  readonly cpuKind: "shared" | "performance";
  readonly cpus: number;
  readonly memoryMb: number;
}

/** Regions that take new machines. Source: Fly docs, reference/regions, 2026-08. */
const REGIONS = [
  "gru",
  "ams",
  "arn",
  "bom",
  "cdg",
  "dfw",
  "ewr",
  "fra",
  "iad",
  "jnb",
  "lax",
  "lhr",
  "nrt",
  "ord",
  "sin",
  "sjc",
  "syd",
  "yyz",
] as const;

/** Sizes by kind, CPUs and memory. Source: Fly's price page, harvested 2025-08; without 256 MB, which is too little. */
export const GUESTS = {
  "shared-1x-512mb": { cpuKind: "shared", cpus: 1, memoryMb: 512 },
  "shared-1x-1gb": { cpuKind: "shared", cpus: 1, memoryMb: 1_024 },
  "shared-1x-2gb": { cpuKind: "shared", cpus: 1, memoryMb: 2_048 },
  "shared-2x-512mb": { cpuKind: "shared", cpus: 2, memoryMb: 512 },
  "shared-2x-1gb": { cpuKind: "shared", cpus: 2, memoryMb: 1_024 },
  "shared-2x-2gb": { cpuKind: "shared", cpus: 2, memoryMb: 2_048 },
  "shared-2x-4gb": { cpuKind: "shared", cpus: 2, memoryMb: 4_096 },
  "shared-4x-1gb": { cpuKind: "shared", cpus: 4, memoryMb: 1_024 },
  "shared-4x-2gb": { cpuKind: "shared", cpus: 4, memoryMb: 2_048 },
  "shared-4x-4gb": { cpuKind: "shared", cpus: 4, memoryMb: 4_096 },
  "shared-4x-8gb": { cpuKind: "shared", cpus: 4, memoryMb: 8_192 },
  "performance-1x-2gb": { cpuKind: "performance", cpus: 1, memoryMb: 2_048 },
  "performance-1x-4gb": { cpuKind: "performance", cpus: 1, memoryMb: 4_096 },
  "performance-1x-8gb": { cpuKind: "performance", cpus: 1, memoryMb: 8_192 },
  "performance-2x-4gb": { cpuKind: "performance", cpus: 2, memoryMb: 4_096 },
  "performance-2x-8gb": { cpuKind: "performance", cpus: 2, memoryMb: 8_192 },
  "performance-2x-16gb": { cpuKind: "performance", cpus: 2, memoryMb: 16_384 },
} as const satisfies Readonly<Record<string, Guest>>;

const SIZES = Object.keys(GUESTS) as [keyof typeof GUESTS, ...(keyof typeof GUESTS)[]];

/** What a fleet at Fly.io says besides its host and share. */
export const flyFleet = z.strictObject({
  organization: field(
    z
      .string()
      .regex(/^[a-z0-9-]{1,60}$/)
      .default("personal"),
    {
      about: "The organization that pays, by its slug: `fly orgs list`.",
      expected: "1 to 60 of a-z, 0-9 and '-'",
      default: "personal",
    },
  ),
  region: choice(REGIONS, "gru", "Where its machines are; `gru` is São Paulo."),
  size: choice(
    SIZES,
    "shared-1x-512mb",
    "CPUs and memory of each machine. 256 MB, which Fly has too, is too little for this worker.",
  ),
  volumeGb: integer(
    0,
    500,
    0,
    "Size of each machine's own volume, in GB; 0 for none, because this worker keeps nothing on a disk. A volume is on " +
      "one server, copied nowhere, and down with it; a machine that takes another's place has an empty one; it and its " +
      "snapshots are billed.",
  ),
  ...layoutFields,
});

export type FlyFleetConfig = FleetConfig & z.output<typeof flyFleet>;
