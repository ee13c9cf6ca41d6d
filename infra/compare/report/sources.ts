import type { Entry } from "../catalogue/entry.ts";
import type { Figure, Line, Note } from "./document.ts";
import type { Numbers } from "./numbers.ts";
import type { Words } from "./words.ts";

/** Numbers the entries that figures come from, in the order in which they are first used. */
export class Sources {
  readonly #entries: Entry[] = [];
  readonly #words: Words;
  readonly #numbers: Numbers;

  constructor(words: Words, numbers: Numbers) {
    this.#words = words;
    this.#numbers = numbers;
  }

  figure(text: string, entries: readonly Entry[]): Figure {
    return { kind: "figure", text, notes: [...new Set(entries.map((entry) => this.#numberOf(entry)))] };
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Of all that was used so far. */
  notes(): readonly Note[] {
    return this.#entries.map((entry, index) => this.#noteOf(entry, index + 1));
  }

  #numberOf(entry: Entry): number {
    const at = this.#entries.indexOf(entry);
    return at === -1 ? this.#entries.push(entry) : at + 1;
  }

  #noteOf(entry: Entry, number: number): Note {
    const words = this.#words;
    const { source, condition } = entry;
    const short = this.#shortOf(entry);
    const isLink = /^https?:\/\/\S+$/.test(source);
    const sourced: Line = isLink
      ? [short]
      : words.line("note.source", { line: short, source: { kind: "foreign", text: source, language: "en" } });
    const line: Line =
      condition === undefined
        ? sourced
        : words.line("note.condition", { line: sourced, condition: words.phrase(condition) });
    return { number, short, line, ...(isLink ? { url: source } : {}) };
  }

  #shortOf({ id, value, unit, currency, validFrom, observedAt, sourceKind, confidence }: Entry): string {
    const words = this.#words;
    const numbers = this.#numbers;
    const known = value === null ? undefined : { kind: "known" as const, ...value };
    const shown =
      known === undefined
        ? words.text("unknown")
        : currency === undefined
          ? numbers.range(known)
          : numbers.unitPrice({ ...known, currency });
    const phrase = words.phrase(unit);
    return words.text(currency === undefined ? "note.fact" : "note.entry", {
      id,
      value: shown,
      unit: typeof phrase === "string" ? phrase : phrase.text,
      since: numbers.day(validFrom),
      observed: numbers.day(observedAt),
      kind: words.text(`kind.${sourceKind}`),
      confidence,
    });
  }
}
