import { z } from "zod";
import type { StoreConfig } from "../../config.ts";
import { choice, integer } from "../../stack-config/field.ts";

/** What a Redis on this machine says besides its kind. */
export const localStore = z.strictObject({
  persistence: choice(
    ["append-only", "none"],
    "append-only",
    "`append-only` writes to the disk every second and may lose the last one; `none` loses everything when it stops.",
  ),
  maxMemoryMb: integer(
    16,
    65_536,
    256,
    "Memory for what it keeps, in MB; when it is full, writes are refused.",
  ),
});

export type LocalStoreConfig = StoreConfig & z.output<typeof localStore>;
