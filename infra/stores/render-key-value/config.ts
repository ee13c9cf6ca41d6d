import { z } from "zod";
import type { StoreConfig } from "../../config.ts";
import { choice, field, flag } from "../../stack-config/field.ts";

/** What a Key Value instance at Render says besides its kind. */
export const renderKeyValueStore = z.strictObject({
  plan: choice(
    ["free", "starter", "standard", "pro", "pro-plus"],
    "starter",
    "Instance type: free 25 MB and 50 connections, starter 256 MB and 250, standard 1 GB and 1,000, pro 5 GB, pro-plus " +
      "10 GB. It can be made larger, never smaller; free forgets everything when it restarts.",
  ),
  region: choice(
    ["oregon", "ohio", "virginia", "frankfurt", "singapore"],
    "oregon",
    "Where it runs; services of the same region reach it over Render's private network.",
  ),
  openToInternet: flag(
    false,
    "Whether it is reached from outside Render too, over TLS and with its password; `oxy` commands then reach it directly.",
  ),
  workspace: field(
    z
      .string()
      .regex(/^[ -~]{0,64}$/)
      .default(""),
    {
      about: "Name or id of the workspace; empty for the only one that the key opens.",
      expected: "a name of up to 64 characters",
      default: '""',
    },
  ),
});

export type RenderKeyValueConfig = StoreConfig & z.output<typeof renderKeyValueStore>;
