import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InvalidFile, readYaml } from "../../yaml-file.ts";
import type { Entry } from "./entry.ts";
import { entriesOf, type CatalogueFile } from "./file-entries.ts";
import { catalogueFile } from "./schema.ts";

/** What a file says of all its entries. */
export interface CatalogueProvider {
  readonly file: string;
  /** Days after which an observation is old. */
  readonly reviewDays: number;
  /** Where a person looks for its prices. */
  readonly look?: string;
}

/** Every price and fact that there is, each with its dates. */
export class Catalogue {
  readonly entries: readonly Entry[];
  readonly providers: Readonly<Record<string, CatalogueProvider>>;
  readonly #byId = new Map<string, Entry[]>();

  constructor(entries: readonly Entry[], providers: Readonly<Record<string, CatalogueProvider>> = {}) {
    this.entries = entries;
    this.providers = providers;
    for (const entry of entries)
      for (const id of [entry.id, ...entry.aliases])
        this.#byId.set(id, [...(this.#byId.get(id) ?? []), entry]);
  }

  /** What is in force on a day, by its id or an alias. @param day ISO 8601 */
  entry(id: string, day: string): Entry | undefined {
    return this.#byId.get(id)?.find((entry) => isInForce(entry, day));
  }

  /** All of an id, the oldest first. */
  history(id: string): readonly Entry[] {
    return (this.#byId.get(id) ?? []).toSorted((one, other) => (one.validFrom < other.validFrom ? -1 : 1));
  }
}

export function isInForce({ validFrom, validTo }: Entry, day: string): boolean {
  return validFrom <= day && (validTo === undefined || day < validTo);
}

/** This project's own. */
export const CATALOGUE_FOLDER = fileURLToPath(new URL(".", import.meta.url));

const EXTENSION = ".yaml";

/** A file of a catalogue, unread. */
export interface CatalogueText {
  readonly name: string;
  readonly text: string;
}

/**
 * Reads the catalogue, of these providers or of all.
 * @throws InvalidFile with file and line of every problem
 */
export async function loadCatalogue({
  folder = CATALOGUE_FOLDER,
  providers,
}: { readonly folder?: string; readonly providers?: readonly string[] } = {}): Promise<Catalogue> {
  const files = await catalogueFiles(folder);
  return catalogueOf(
    providers === undefined
      ? files
      : files.filter(({ name }) => providers.includes(name.slice(0, -EXTENSION.length))),
  );
}

/** All files of a folder. */
export async function catalogueFiles(folder: string): Promise<CatalogueText[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(EXTENSION)).toSorted();
  return await Promise.all(
    names.map(async (name) => ({ name, text: await readFile(join(folder, name), "utf8") })),
  );
}

/**
 * The catalogue that these files are.
 * @throws InvalidFile with file and line of every problem
 */
export function catalogueOf(files: readonly CatalogueText[]): Catalogue {
  const problems: string[] = [];
  const read = files.flatMap(({ name, text }) => {
    try {
      return [{ name, file: readYaml(name, text, catalogueFile) }];
    } catch (error) {
      if (!(error instanceof InvalidFile)) throw error;
      problems.push(...error.problems);
      return [];
    }
  });
  const entries = read.flatMap(({ name, file }) => entriesOf(name, file, problems));
  problems.push(...clashesOf(entries));
  if (problems.length > 0) throw new InvalidFile(problems);
  return new Catalogue(
    entries,
    Object.fromEntries(read.map(({ name, file }) => [file.value.provider, providerOf(name, file.value)])),
  );
}

function providerOf(name: string, { review_days, look }: CatalogueFile): CatalogueProvider {
  return { file: name, reviewDays: review_days, ...(look === undefined ? {} : { look }) };
}

/** Of two entries under one name, at most one may be in force on any day. */
function clashesOf(entries: readonly Entry[]): string[] {
  const last = new Map<string, Entry[]>();
  return entries.flatMap((entry) =>
    [entry.id, ...entry.aliases].flatMap((id) => {
      const others = last.get(id) ?? [];
      last.set(id, [...others, entry]);
      const clash = others.find((other) => overlaps(entry, other));
      if (clash === undefined) return [];
      return [
        `${entry.file}:${entry.line}: ${id}: expected dates apart from those of ${clash.file}:${clash.line} ` +
          `(${datesOf(clash)}), got ${datesOf(entry)}`,
      ];
    }),
  );
}

function overlaps(one: Entry, other: Entry): boolean {
  return (
    (one.validTo === undefined || other.validFrom < one.validTo) &&
    (other.validTo === undefined || one.validFrom < other.validTo)
  );
}

/** `2025-01-01 to 2026-01-01`, `from 2026-01-01 on`. */
export function datesOf({ validFrom, validTo }: Entry): string {
  return validTo === undefined ? `from ${validFrom} on` : `${validFrom} to ${validTo}`;
}
