import { z } from "zod";
import type { FleetConfig } from "../../config.ts";
import { choice } from "../../stack-config/field.ts";

/** Memory of a process by size, in MB. */
export const MEMORY_MB = { small: 512, medium: 1024, large: 2048 } as const;

/** What a fleet on this machine says besides its host and share. */
export const localFleet = z.strictObject({
  region: choice(["local"], "local", "This machine is the only one."),
  size: choice(
    ["small", "medium", "large"],
    "small",
    `Memory of each process: small ${MEMORY_MB.small} MB, medium ${MEMORY_MB.medium} MB, large ${MEMORY_MB.large} MB.`,
  ),
});

export type LocalFleetConfig = FleetConfig & z.output<typeof localFleet>;
