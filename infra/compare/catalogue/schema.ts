import { z } from "zod";
import { field } from "../../stack-config/field.ts";
import type { Range } from "../estimate.ts";
import { UNITS } from "./units.ts";

function text(expected: string, pattern = /\S/) {
  return field(z.string().regex(pattern), { about: expected, expected });
}

const day = field(z.iso.date(), { about: "A day.", expected: "a day, such as 2026-11-22" });
const number = z.number().min(0).max(1e12);

const value = field(
  z
    .union([number, z.tuple([number, number]).refine(([low, high]) => low <= high), z.null()])
    .transform((given): Range | null => {
      if (given === null) return null;
      return typeof given === "number" ? { low: given, high: given } : { low: given[0], high: given[1] };
    }),
  {
    about: "What one costs, or what the fact is.",
    expected: "a number from 0 on, [low, high], or null where it is not known",
  },
);

const unit = field(z.enum(UNITS), {
  about: "Of what one is.",
  expected: `a unit: ${UNITS.join("; ")}`,
});
const about = text("what it is, in words");
const source = text("who says so: a URL, or a repository and a commit");
const kind = field(z.enum(["official", "harvested", "third_party", "measured", "unsourced"]), {
  about: "How the source knows.",
  expected: "official, harvested, third_party, measured or unsourced",
});
const confidence = field(z.enum(["A", "B", "C", "D"]), {
  about: "docs/catalogue.md",
  expected: "A, B, C or D",
});

const entry = z.strictObject({
  id: text("an id such as render/instance/starter", /^[a-z0-9][a-z0-9./@-]{1,99}$/),
  aliases: z.array(text("another id", /^[a-z0-9][a-z0-9./@-]{1,99}$/)).default([]),
  /** These two may be said once for an item of several regions, under `items`. */
  about: about.optional(),
  unit: unit.optional(),
  /** Of a price. */
  usd: value.optional(),
  /** Of a fact. */
  fact: value.optional(),
  from: day,
  to: day.optional(),
  /** These four may be said once for several entries, under `sources`, and are then its name here. */
  by: text("the name of one of this file's sources").optional(),
  observed: day.optional(),
  source: source.optional(),
  kind: kind.optional(),
  confidence: confidence.optional(),
  condition: text("what has to be so for it to hold").optional(),
  note: text("a text").optional(),
});

/** One provider's file. */
export const catalogueFile = z.strictObject({
  provider: text("the provider's name", /^[a-z0-9-]{1,30}$/),
  /** An entry that was observed longer ago than so many days is flagged. */
  review_days: field(z.int().min(1).max(3_650), {
    about: "How long its prices usually stay.",
    expected: "days, an integer from 1 to 3650",
  }),
  /** Where a person looks for its prices. */
  look: text("an address").optional(),
  /** Said once, for all entries that are `by` them. */
  sources: z.record(z.string(), z.strictObject({ source, observed: day, kind, confidence })).default({}),
  /** Said once, for an item of several regions: `aws/nat/hour` for `aws/nat/hour@us-east-1`. */
  items: z.record(z.string(), z.strictObject({ about, unit })).default({}),
  entries: z.array(entry),
});
