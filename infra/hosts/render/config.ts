import { z } from "zod";
import type { FleetConfig } from "../../config.ts";
import { choice, field, flag, integer } from "../../stack-config/field.ts";
import { layoutFields } from "../../stack-config/layout-fields.ts";

/** Render API, "region" (its OpenAPI description, early 2026). None is in South America. */
const REGIONS = ["oregon", "ohio", "virginia", "frankfurt", "singapore"] as const;

/** The name of something of a workspace; empty for none. */
const OPTIONAL_NAME = /^[ -~]{0,64}$/;

/** An existing service, as its address in Render's dashboard shows it; empty for none. */
const SERVICE_ID = /^(?:srv-[0-9a-z]{10,30})?$/;

/** What a fleet at Render says besides its host and share. */
export const renderFleet = z.strictObject({
  region: choice(
    REGIONS,
    "oregon",
    "Where it runs; a service stays there, so another region is another service.",
  ),
  size: choice(
    ["starter", "standard", "pro", "pro-plus", "pro-max", "pro-ultra", "0.5c-512mb", "1c-2g", "2c-4g"],
    "starter",
    "Instance type of each service: starter 0.5 CPU and 512 MB, standard 1 and 2 GB, pro 2 and 4 GB, pro-plus 4 and " +
      "8 GB, pro-max 4 and 16 GB, pro-ultra 8 and 32 GB; the last three are the newer names of the first three.",
  ),
  ...layoutFields,
  autoscaling: choice(
    ["off", "cpu", "memory", "cpu-and-memory"],
    "off",
    "What the number of `instances` grows by, up to `maxInstances`; needs a workspace of plan Pro or higher.",
  ),
  maxInstances: integer(1, 100, 3, "With autoscaling: how many hold sessions and answer at the most."),
  targetCpuPercent: integer(1, 90, 70, "With autoscaling by CPU: the share of it that is aimed at, in %."),
  targetMemoryPercent: integer(
    1,
    90,
    70,
    "With autoscaling by memory: the share of it that is aimed at, in %.",
  ),
  registryCredential: field(z.string().regex(OPTIONAL_NAME).default(""), {
    about:
      "Name or id of the workspace's credential for the registry of a private image; empty for a public one.",
    expected: "a name of up to 64 characters",
    default: '""',
  }),
  workspace: field(z.string().regex(OPTIONAL_NAME).default(""), {
    about: "Name or id of the workspace; empty for the only one that the key opens.",
    expected: "a name of up to 64 characters",
    default: '""',
  }),
  serviceId: existing(
    "`services: one`: an existing web service that becomes the fleet's one, whatever its name.",
  ),
  webServiceId: existing("`services: two`: an existing web service that becomes `web`, whatever its name."),
  workerServiceId: existing("`services: two`: an existing background worker that becomes `worker`."),
  hold: flag(
    false,
    "The existing services are kept as they are found, and nothing is written at Render, until this line is removed.",
  ),
});

function existing(about: string) {
  return field(z.string().regex(SERVICE_ID).default(""), {
    about,
    expected: "the id of a service, srv-…",
    default: '""',
  });
}

export type RenderFleetConfig = FleetConfig & z.output<typeof renderFleet>;
