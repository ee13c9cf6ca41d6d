/**
 * English on the left, the same in another language on the right. In `{0}` is something that has a translation of its own,
 * in `{=0}` a name, a number, or what has one.
 */
export type Phrases = readonly (readonly [english: string, translated: string])[];

/** @returns undefined for what nobody translated */
export type PhraseBook = (english: string) => string | undefined;

/** Between the parts of what is a list; a part may have one in it too. */
const BETWEEN = /[;,] /g;
const SLOT = /\{=?(\d)\}/g;
/** What names something: it is the same in every language. */
const NAME = /^[\w./@:+=-]*[\d/@_.+:=-][\w./@:+=-]*$/;
/** One of these, with its unit or not, or several: what may be in `{=0}` as it is. */
const VERBATIM = /^(?:[^\s,]|,\d)+(?: (?:USD|GB|MB|ms|min|[hs]))?(?:, (?:[^\s,]|,\d)+)*$/;
const NUMBER = /(?<![\w.:/@=-])\d[\d,]*(?:\.\d+)?(?![\w:/@=-])/g;

/** Reads phrases as a book: numbers are written as the language does, and lists are looked up part by part. */
export function phraseBook(phrases: Phrases, language: string): PhraseBook {
  const whole = new Map(phrases.filter(([english]) => !SLOT.test(reset(english))));
  const patterns = phrases
    .filter(([english]) => !whole.has(english))
    .map(([english, translated]) => patternOf(english, translated));
  const seen = new Map<string, string | undefined>();
  const book = (english: string): string | undefined => {
    if (!seen.has(english)) seen.set(english, lookedUp(english));
    return seen.get(english);
  };
  const lookedUp = (english: string): string | undefined => {
    const found = whole.get(english);
    if (found !== undefined) return found;
    for (const { pattern, areNames, translated } of patterns) {
      const match = pattern.exec(english);
      if (match === null) continue;
      const slots = match.slice(1).map((slot, at) => {
        const isName = areNames[at] === true && VERBATIM.test(slot);
        return book(slot) ?? (isName ? localized(slot, language) : undefined);
      });
      if (slots.every((slot) => slot !== undefined))
        return translated.replace(SLOT, (_, number: string) => slots[Number(number)] ?? "");
    }
    return NAME.test(english) ? localized(english, language) : listed(english, book);
  };
  return book;
}

function listed(english: string, book: PhraseBook): string | undefined {
  for (const { index, 0: between } of english.matchAll(BETWEEN)) {
    const first = book(english.slice(0, index));
    const rest = first === undefined ? undefined : book(english.slice(index + between.length));
    if (rest !== undefined) return `${first}${between}${rest}`;
  }
  return undefined;
}

interface Pattern {
  readonly pattern: RegExp;
  /** By slot. */
  readonly areNames: readonly boolean[];
  readonly translated: string;
}

/** Slots in the order of their numbers on the left. */
function patternOf(english: string, translated: string): Pattern {
  const escaped = english.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
  return {
    pattern: new RegExp(`^${escaped.replace(SLOT, "(.+?)")}$`),
    areNames: [...english.matchAll(SLOT)].map(([slot]) => slot.startsWith("{=")),
    translated,
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
