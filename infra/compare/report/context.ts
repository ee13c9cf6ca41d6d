import type { Catalogue } from "../catalogue/catalogue.ts";
import type { Entry } from "../catalogue/entry.ts";
import type { Comparison } from "../comparison.ts";
import type { Numbers } from "./numbers.ts";
import type { Sources } from "./sources.ts";
import type { Words } from "./words.ts";

/** What every section is written from. */
export interface Context {
  readonly comparison: Comparison;
  readonly catalogue: Catalogue;
  readonly words: Words;
  readonly numbers: Numbers;
  readonly sources: Sources;
}

/** Those in force on the day of the comparison. */
export function entriesOf(ids: readonly string[], { catalogue, comparison }: Context): readonly Entry[] {
  return ids.flatMap((id) => catalogue.entry(id, comparison.day) ?? []);
}
