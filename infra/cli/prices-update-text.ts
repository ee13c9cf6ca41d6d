import { styleText } from "node:util";
import type { Difference } from "../compare/price-list/difference.ts";
import { priceText, linesOf, type AgedEntry } from "./prices-text.ts";

const NAMES = 6;

/** What differs, line by line; what does not, as a number. @param written the file that has it now */
export function differencesText(differences: readonly Difference[], written: string | undefined): string {
  const of = (kind: Difference["kind"]) => differences.filter((each) => each.kind === kind);
  const ids = (some: readonly Difference[]): string => {
    const names = some.map(({ price }) => price.id);
    const more = names.length > NAMES ? ` and ${names.length - NAMES} more` : "";
    return `${names.slice(0, NAMES).join(", ")}${more}`;
  };
  const lines = differences.flatMap((each) => {
    if (each.kind !== "changed" && each.kind !== "found") return [];
    const { before, usd, from } = each;
    const line = `  ${each.kind === "found" ? "+" : "~"} ${before.id}: ${priceText(before)} → ${usd}, from ${from} on`;
    return [styleText(each.kind === "found" ? "green" : "yellow", line)];
  });
  const counted = (kind: Difference["kind"], text: string): string[] =>
    of(kind).length === 0 ? [] : [`${of(kind).length} ${text}: ${ids(of(kind))}`];
  return [
    lines.length === 0 ? "Nothing differs." : `${lines.length} differ:`,
    ...lines,
    `${of("confirmed").length} are the same.`,
    ...counted("missing", "are not in the list"),
    ...counted("unclear", "have several prices in the list, and a person has to look"),
    ...counted("older", "are older in this list than in the catalogue, and are left"),
    ...counted("unknown", "are in the list, and the catalogue has no entry for them"),
    ...(written === undefined ? [] : [`Written: ${written}`]),
  ].join("\n");
}

/** What nobody can update but a person. */
export function byHandText(entries: readonly AgedEntry[], look: string | undefined): string {
  const where = look === undefined ? "" : `, such as ${look}`;
  return [
    `${entries.length} are in no list; a person looks them up at AWS's pages${where}:`,
    ...linesOf(entries),
  ].join("\n");
}
