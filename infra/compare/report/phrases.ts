/** English on the left, where `{0}` is any text; on the right the same in another language. */
export type Phrases = readonly (readonly [english: string, translated: string])[];

/** @returns undefined for what nobody translated */
export type PhraseBook = (english: string) => string | undefined;

/** Between the parts of what is a list. */
const LIST = "; ";
const SLOT = /\{(\d)\}/g;
const MACHINE = /^[\w./@:+-]*[\d/@_.+:-][\w./@:+-]*$/;
const NUMBER = /^[\d.,]+(?:–[\d.,]+)?$/;

/**
 * Reads phrases as a book: what stands in a slot is looked up too, lists part by part; names of machines and numbers stay
 * as they are, numbers as the language writes them.
 */
export function phraseBook(phrases: Phrases, language: string): PhraseBook {
  const whole = new Map(phrases.filter(([english]) => !english.includes("{")));
  const patterns = phrases
    .filter(([english]) => english.includes("{"))
    .map(([english, translated]) => ({ pattern: patternOf(english), translated }));
  const book = (english: string): string | undefined => {
    const found = whole.get(english);
    if (found !== undefined) return found;
    for (const { pattern, translated } of patterns) {
      const match = pattern.exec(english);
      if (match === null) continue;
      const slots = match.slice(1).map((slot) => book(slot));
      if (slots.every((slot) => slot !== undefined))
        return translated.replace(SLOT, (_, number: string) => slots[Number(number)] ?? "");
    }
    if (NUMBER.test(english)) return localized(english, language);
    if (MACHINE.test(english)) return english;
    if (!english.includes(LIST)) return undefined;
    const parts = english.split(LIST).map(book);
    return parts.every((part) => part !== undefined) ? parts.join(LIST) : undefined;
  };
  return book;
}

/** Slots in the order of their numbers on the left. */
function patternOf(english: string): RegExp {
  const escaped = english.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replace(SLOT, "(.+?)")}$`);
}

function localized(english: string, language: string): string {
  return english.replace(/[\d.,]+/g, (digits) => {
    const value = Number(digits.replaceAll(",", ""));
    if (Number.isNaN(value)) return digits;
    const decimals = /\.(\d+)$/.exec(digits)?.[1]?.length ?? 0;
    return value.toLocaleString(language, {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    });
  });
}
