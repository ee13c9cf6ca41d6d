import { nearest } from "../../stack-config/problems.ts";
import type { YamlFile } from "../../yaml-file.ts";
import type { z } from "zod";
import type { Entry } from "./entry.ts";
import type { catalogueFile } from "./schema.ts";

export type CatalogueFile = z.output<typeof catalogueFile>;
type Given = CatalogueFile["entries"][number];

/** Before this sign an id is that of an item, and after it is a region. */
export const REGION_SIGN = "@";

/** The entries of a file, whole. What is wrong with any of them goes to `problems`. */
export function entriesOf(name: string, file: YamlFile<CatalogueFile>, problems: string[]): Entry[] {
  const { provider, entries } = file.value;
  return entries.flatMap((given, index) => {
    const whole = wholeEntry(given, file, (key, expected, got) => {
      problems.push(file.problem(["entries", index, key], expected, got));
    });
    return whole === undefined
      ? []
      : [{ ...whole, provider, file: name, line: file.lineOf(["entries", index]) }];
  });
}

type Refuse = (key: string, expected: string, got: string) => void;

function wholeEntry(
  given: Given,
  { value: { sources, items } }: YamlFile<CatalogueFile>,
  refuse: Refuse,
): Omit<Entry, "provider" | "file" | "line"> | undefined {
  const { id, usd, fact, from, to, by } = given;
  const item = items[id.split(REGION_SIGN)[0] ?? id];
  const named = by === undefined ? undefined : sources[by];
  const about = given.about ?? item?.about;
  const unit = given.unit ?? item?.unit;
  const source = given.source ?? named?.source;
  const kind = given.kind ?? named?.kind;
  const confidence = given.confidence ?? named?.confidence;
  const observed = given.observed ?? named?.observed;
  if ((usd === undefined) === (fact === undefined))
    refuse("id", `usd or fact of ${id}, one of them`, usd === undefined ? "neither" : "both");
  if (to !== undefined && to <= from) refuse("to", `a day after ${from}`, to);
  if (by !== undefined && named === undefined) {
    const hint = nearest(by, Object.keys(sources));
    refuse("by", "the name of one of this file's sources", `"${by}"${hint === undefined ? "" : `; ${hint}`}`);
  }
  if (by === undefined || named !== undefined) {
    const missing = Object.entries({ source, kind, confidence, observed }).filter(([, said]) => !said);
    for (const [key] of missing) refuse(key, `${key} of ${id}, or by, which names a source`, "neither");
  }
  for (const [key, said] of Object.entries({ about, unit }))
    if (said === undefined) refuse(key, `${key} of ${id}, here or under items`, "neither");
  if (kind !== undefined && confidence !== undefined && (kind === "unsourced") !== (confidence === "D"))
    refuse(
      given.confidence === undefined ? "by" : "confidence",
      kind === "unsourced" ? "D, because nobody says so" : "A, B or C, because somebody says so",
      confidence,
    );
  if (!about || !unit || !source || !kind || !confidence || !observed) return undefined;
  return {
    id,
    aliases: given.aliases,
    about,
    unit,
    value: usd ?? fact ?? null,
    ...(usd === undefined ? {} : { currency: "USD" as const }),
    validFrom: from,
    ...(to === undefined ? {} : { validTo: to }),
    observedAt: observed,
    source,
    sourceKind: kind,
    confidence,
    ...(given.condition === undefined ? {} : { condition: given.condition }),
    ...(given.note === undefined ? {} : { note: given.note }),
  };
}
