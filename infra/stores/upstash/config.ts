import { z } from "zod";
import type { StoreConfig } from "../../config.ts";
import { choice, field, flag, integer } from "../../stack-config/field.ts";

/** As the API names them; the last four are Google's (Upstash docs, redis/features/globaldatabase, 2026-08). */
const REGIONS = [
  "us-east-1",
  "us-east-2",
  "us-west-1",
  "us-west-2",
  "ca-central-1",
  "sa-east-1",
  "eu-west-1",
  "eu-west-2",
  "eu-central-1",
  "ap-south-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "ap-northeast-1",
  "af-south-1",
  "us-central1",
  "us-east4",
  "europe-west1",
  "asia-northeast1",
] as const;

/** What a database at Upstash says besides its kind. */
export const upstashStore = z.strictObject({
  region: choice(
    REGIONS,
    "us-east-1",
    "Where it is. The nearest to the workers: each message takes several round trips. It cannot be changed.",
  ),
  plan: choice(
    ["free", "payg", "250mb", "1gb", "5gb", "10gb", "50gb"],
    "250mb",
    "What is paid for, changed in place. Queue workers ask all the time, so Upstash itself advises a fixed size, which " +
      "does not count commands; `payg` counts them; `free` is for trying out, 500,000 a month.",
  ),
  budget: integer(
    0,
    10_000,
    0,
    "With plan `payg`: monthly budget, at which Upstash slows the database down, which stops the workers. 0 leaves what Upstash has.",
  ),
  prodPack: flag(false, "Upstash's Prod Pack: replicas in several zones, an SLA, encryption at rest."),
  databaseId: field(
    z
      .string()
      .regex(/^[0-9a-z][0-9a-z-]{7,63}$/)
      .optional(),
    {
      about:
        "An existing database to take over, whatever its name; without it there is one named after the stack.",
      expected: "the id of a database, as Upstash's console shows it",
      example: "96ad0856-03b1-4ee7-9666-e81abd0349e1",
    },
  ),
  hold: flag(
    false,
    "The existing database is kept as it is found, and nothing is written at Upstash, until this line is removed.",
  ),
});

export type UpstashStoreConfig = StoreConfig & z.output<typeof upstashStore>;
