import { z } from "zod";
import { field } from "../../stack-config/field.ts";
import type { Range } from "../estimate.ts";

const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

function text(expected: string, pattern = /\S/) {
  return field(z.string().regex(pattern), { about: expected, expected });
}

const day = field(z.string().regex(DAY), { about: "A day.", expected: "a day, such as 2026-11-22" });
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

const entry = z.strictObject({
  id: text("an id such as render/instance/starter", /^[a-z0-9][a-z0-9./@-]{1,99}$/),
  aliases: z.array(text("another id", /^[a-z0-9][a-z0-9./@-]{1,99}$/)).default([]),
  about: text("what it is, in words"),
  unit: text("of what one is, such as GB"),
  /** Of a price. */
  usd: value.optional(),
  /** Of a fact. */
  fact: value.optional(),
  from: day,
  to: day.optional(),
  observed: day,
  source: text("who says so: a URL, or a repository and a commit"),
  kind: field(z.enum(["official", "harvested", "third_party", "measured", "unsourced"]), {
    about: "How the source knows.",
    expected: "official, harvested, third_party, measured or unsourced",
  }),
  confidence: field(z.enum(["A", "B", "C", "D"]), { about: "docs/catalogue.md", expected: "A, B, C or D" }),
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
  entries: z.array(entry),
});
