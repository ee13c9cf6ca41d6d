/**
 * English on the left, the same in another language on the right. In `{0}` is something that has a translation of its own,
 * in `{=0}` a name, a number, or what has one.
 */
export type Phrases = readonly (readonly [english: string, translated: string])[];

/** @returns undefined for what nobody translated */
export type PhraseBook = (english: string) => string | undefined;

/** Between the parts of what is a list. */
const LISTS = ["; ", ", "];
const SLOT = /\{=?(\d)\}/g;
/** What names something: it is the same in every language. */
const NAME = /^[\w./@:+=-]*[\d/@_.+:=-][\w./@:+=-]*$/;
const NUMBER = /(?<![\w.:/@=-])\d[\d,]*(?:\.\d+)?(?![\w:/@=-])/g;

/** Reads phrases as a book: numbers are written as the language does, and lists are looked up part by part. */
export function phraseBook(phrases: Phrases, language: string): PhraseBook {
  const whole = new Map(phrases.filter(([english]) => !SLOT.test(reset(english))));
  const patterns = phrases
    .filter(([english]) => !whole.has(english))
    .map(([english, translated]) => ({ ...patternOf(english), translated }));
  const book = (english: string): string | undefined => {
    const found = whole.get(english);
    if (found !== undefined) return found;
    for (const { pattern, areNames, translated } of patterns) {
      const match = pattern.exec(english);
      if (match === null) continue;
      const slots = match
        .slice(1)
        .map((slot, at) => book(slot) ?? (areNames[at] === true ? localized(slot, language) : undefined));
      if (slots.every((slot) => slot !== undefined))
        return translated.replace(SLOT, (_, number: string) => slots[Number(number)] ?? "");
    }
    if (NAME.test(english)) return localized(english, language);
    return listed(english, book);
  };
  return book;
}

function listed(english: string, book: PhraseBook): string | undefined {
  for (const between of LISTS.filter((each) => english.includes(each))) {
    const parts = english.split(between).map(book);
    if (parts.every((part) => part !== undefined)) return parts.join(between);
  }
  return undefined;
}

/** Slots in the order of their numbers on the left. */
function patternOf(english: string): { readonly pattern: RegExp; readonly areNames: readonly boolean[] } {
  const escaped = english.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
  return {
    pattern: new RegExp(`^${escaped.replace(SLOT, "(.+?)")}$`),
    areNames: [...english.matchAll(SLOT)].map(([slot]) => slot.startsWith("{=")),
  };
}

function localized(english: string, language: string): string {
  return english.replace(NUMBER, (digits) => {
    const value = Number(digits.replaceAll(",", ""));
    const decimals = /\.(\d+)$/.exec(digits)?.[1]?.length ?? 0;
    return value.toLocaleString(language, {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    });
  });
}

/** A global pattern remembers where it was. */
function reset(english: string): string {
  SLOT.lastIndex = 0;
  return english;
}
