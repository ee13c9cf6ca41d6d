import { loadCatalogue, type Catalogue } from "../compare/catalogue/catalogue.ts";
import { OptionRefused } from "../compare/option-refused.ts";
import { nearest, quoted } from "../stack-config/problems.ts";
import { InvalidFile } from "../yaml-file.ts";
import { EXIT, Failure } from "./failure.ts";

/** What is wrong with a file or an option is told, and is no defect. */
export async function refusing(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof OptionRefused) throw new Failure(error.message, EXIT.configuration);
    if (error instanceof InvalidFile)
      throw new Failure(`the catalogue is not as it should be:\n${error.message}`, EXIT.configuration);
    throw error;
  }
}

export async function catalogueIn({ folder }: { readonly folder?: string }): Promise<Catalogue> {
  return await loadCatalogue(folder === undefined ? {} : { folder });
}

/** @throws OptionRefused with the nearest name */
export function refuseUnknown(option: string, given: string, all: readonly string[]): void {
  const names = [...new Set(all)];
  if (names.includes(given)) return;
  const hint = nearest(given, names);
  const known = names.length > MOST_NAMES ? "one of the catalogue's" : `one of ${names.join(", ")}`;
  throw new OptionRefused(
    `${option}: expected ${known}, got ${quoted(given)}${hint === undefined ? "" : `; ${hint}`}`,
  );
}

/** So many are read at a glance. */
const MOST_NAMES = 20;
