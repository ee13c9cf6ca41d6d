import { isMap, isSeq, parseDocument, type Document, type YAMLMap } from "yaml";
import type { Difference } from "./difference.ts";
import { PRICE_LIST, pathOf } from "./offer-source.ts";
import type { ListedPrice } from "./read-price-list.ts";

export interface WrittenParts {
  /** ISO 8601: when the list was read. */
  readonly day: string;
  /** Where it was read: only AWS's own address is its word. */
  readonly from: string;
}

/** What an entry says once under `sources` instead. */
const OF_SOURCE = ["source", "observed", "kind", "confidence"];
/** Names that this gives to sources. */
const OWN_SOURCE = /^price-list-[A-Za-z0-9]+-\d{4}-\d{2}-\d{2}$/;

/**
 * The file with what the Price List says: a changed price ends the entry that it had and begins one, what is the same
 * was seen again, and everything else, comments too, stays as it is. With the same list it changes nothing any more.
 */
export function writtenFile(text: string, differences: readonly Difference[], parts: WrittenParts): string {
  const document = parseDocument(text);
  for (const difference of differences) {
    if (difference.kind === "confirmed") confirm(document, difference, parts);
    else if (difference.kind === "changed" || difference.kind === "found")
      change(document, difference, parts);
  }
  removeUnused(document);
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

function confirm(
  document: Document,
  { price, before }: Difference & { kind: "confirmed" },
  parts: WrittenParts,
) {
  // A copy that is older than what was seen since says nothing new.
  if (parts.from !== PRICE_LIST && price.published <= before.observedAt) return;
  const entry = entryOf(document, before.id, before.validFrom);
  for (const key of OF_SOURCE) entry.delete(key);
  setBehind(entry, "from", "by", sourceOf(document, price, parts));
}

function change(
  document: Document,
  { price, before, usd, from }: Difference & { kind: "changed" | "found" },
  parts: WrittenParts,
): void {
  const entry = entryOf(document, before.id, before.validFrom);
  const next = entry.clone() as YAMLMap;
  next.commentBefore = null;
  next.spaceBefore = false;
  for (const key of OF_SOURCE) next.delete(key);
  next.set("usd", document.createNode(usd));
  next.set("from", from);
  setBehind(next, "from", "by", sourceOf(document, price, parts));
  if (from <= before.validFrom) {
    // Nothing is left of the old one: it was never in force.
    entry.items = next.items;
    entry.set("from", before.validFrom);
    return;
  }
  setBehind(entry, "from", "to", from);
  const entries = entriesOf(document);
  entries.splice(entries.indexOf(entry) + 1, 0, next);
}

/** @returns the name of the source of what was read of that service on that day, which is there then */
function sourceOf(
  document: Document,
  { service, published }: ListedPrice,
  { day, from }: WrittenParts,
): string {
  const isOwn = from === PRICE_LIST;
  const observed = isOwn ? day : published;
  const name = `price-list-${service}-${observed}`;
  const file = pathOf({ service, region: "<region>" });
  document.setIn(
    ["sources", name],
    document.createNode({
      source: `${PRICE_LIST}/${file}${isOwn ? "" : ", from a copy of it"}`,
      observed,
      kind: isOwn ? "official" : "harvested",
      confidence: isOwn ? "A" : "B",
    }),
  );
  return name;
}

/** Of an earlier reading, when all that was by it was seen again. */
function removeUnused(document: Document): void {
  const used = new Set(entriesOf(document).map((entry) => entry.get("by")));
  const sources = document.get("sources");
  if (!isMap(sources)) return;
  const names = sources.items.map(({ key }) => String(key)).filter((name) => OWN_SOURCE.test(name));
  for (const name of names) if (!used.has(name)) sources.delete(name);
}

function entriesOf(document: Document): YAMLMap[] {
  const entries = document.get("entries");
  if (!isSeq<YAMLMap>(entries)) throw new TypeError("expected a file with entries");
  return entries.items;
}

function entryOf(document: Document, id: string, from: string): YAMLMap {
  const found = entriesOf(document).find((entry) => entry.get("id") === id && entry.get("from") === from);
  if (found === undefined) throw new Error(`${id} from ${from}: expected an entry in the file, got none`);
  return found;
}

/** Sets a key, which is behind another one when it is new. */
function setBehind(entry: YAMLMap, other: string, key: string, value: string): void {
  const isNew = !entry.has(key);
  entry.set(key, value);
  if (!isNew) return;
  const added = entry.items.pop();
  const place = entry.items.findIndex((pair) => String(pair.key) === other);
  if (added !== undefined) entry.items.splice(place + 1, 0, added);
}
