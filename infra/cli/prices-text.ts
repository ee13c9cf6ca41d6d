import { styleText } from "node:util";
import { datesOf, type Catalogue, type CatalogueProvider } from "../compare/catalogue/catalogue.ts";
import type { Entry } from "../compare/catalogue/entry.ts";
import { ageInDays, isStale } from "../compare/catalogue/staleness.ts";

/** An entry, and how long ago it was seen. */
export interface AgedEntry extends Entry {
  readonly ageDays: number;
  readonly stale: boolean;
}

/** @param day ISO 8601: how old they are then */
export function agedEntries(entries: readonly Entry[], catalogue: Catalogue, day: string): AgedEntry[] {
  return entries.map((entry) => ({
    ...entry,
    ageDays: ageInDays(entry, day),
    stale: isStale(entry, catalogue, day),
  }));
}

/** A line for each entry, by provider. */
export function listText(
  entries: readonly AgedEntry[],
  providers: Readonly<Record<string, CatalogueProvider>>,
  day: string,
): string {
  const blocks = Object.entries(Object.groupBy(entries, ({ provider }) => provider)).map(
    ([name, of = []]) => {
      const about = providers[name];
      const look = about?.look === undefined ? "" : `, ${about.look}`;
      return [
        `${name}: ${of.length} in force on ${day}, to be looked at every ${about?.reviewDays ?? "?"} days${look}`,
        ...linesOf(of),
      ].join("\n");
    },
  );
  const legend =
    "A: the provider's own words. B: a dated copy. C: others say so. D: no source. !: seen too long ago.";
  return blocks.length === 0 ? `none on ${day}` : [...blocks, legend].join("\n\n");
}

/** All that is known of each entry. */
export function historyText(entries: readonly AgedEntry[]): string {
  if (entries.length === 0) return "none";
  return entries
    .toSorted((one, other) =>
      one.id === other.id ? (one.validFrom < other.validFrom ? -1 : 1) : one.id < other.id ? -1 : 1,
    )
    .map((entry) =>
      [
        `${entry.id}  ${priceText(entry)}  ${datesOf(entry)}`,
        `  ${entry.about}`,
        ...(entry.aliases.length === 0 ? [] : [`  also: ${entry.aliases.join(", ")}`]),
        ...(entry.condition === undefined ? [] : [`  if: ${entry.condition}`]),
        ...(entry.note === undefined ? [] : [`  note: ${entry.note}`]),
        `  ${seenText(entry)}, ${entry.confidence}: ${entry.source}`,
        `  ${entry.file}:${entry.line}`,
      ].join("\n"),
    )
    .join("\n\n");
}

/** `7 USD per month`, `17.6–25.6 USD per month`, `1.61538 ratio`, `unknown`. */
export function priceText({ value, currency, unit }: Entry): string {
  if (value === null) return "unknown";
  const number = value.low === value.high ? `${value.low}` : `${value.low}–${value.high}`;
  return currency === undefined ? `${number} ${unit}` : `${number} ${currency} per ${unit}`;
}

/** Each on a line. */
export function linesOf(entries: readonly AgedEntry[]): string[] {
  const idWidth = Math.max(...entries.map(({ id }) => id.length));
  const priceWidth = Math.max(...entries.map((entry) => priceText(entry).length));
  return entries.map((entry) => {
    const line = `  ${entry.id.padEnd(idWidth)}  ${priceText(entry).padEnd(priceWidth)}  ${entry.confidence} ${seenText(entry)}`;
    return entry.stale ? styleText("yellow", `${line} !`) : line;
  });
}

function seenText({ observedAt, ageDays }: AgedEntry): string {
  return `seen ${observedAt} (${ageDays} d)`;
}
