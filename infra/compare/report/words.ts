import { IntlMessageFormat } from "intl-messageformat";
import type { Inline, Line } from "./document.ts";
import { en, type MessageKey } from "./languages/en.ts";
import { ptBr } from "./languages/pt-br.ts";
import { PT_BR_PHRASES } from "./languages/pt-br-phrases.ts";
import { phraseBook, type PhraseBook } from "./phrases.ts";

/** Languages that a report is written in, by their tags (BCP 47). */
export const LANGUAGES = {
  en: { messages: en, phrases: undefined },
  "pt-BR": { messages: ptBr, phrases: PT_BR_PHRASES },
} as const;

export type Language = keyof typeof LANGUAGES;

export type Value = Inline | Line | number;

/** Says things in one language. */
export class Words {
  readonly language: Language;
  readonly #formats = new Map<MessageKey, IntlMessageFormat>();
  readonly #phrases: PhraseBook | undefined;

  constructor(language: Language) {
    this.language = language;
    const { phrases } = LANGUAGES[language];
    this.#phrases = phrases && phraseBook(phrases, language);
  }

  /** A sentence, with figures and other parts of it where they belong. */
  line(key: MessageKey, values: Readonly<Record<string, Value>> = {}): Line {
    // The library takes what it does not know for a part, and hands it back.
    const parts = this.#format(key).formatToParts(values as never);
    return parts.flatMap((part): Line => {
      const value = part.value as Inline | Line;
      return Array.isArray(value) ? value : [value as Inline];
    });
  }

  /** The same, of texts and numbers alone. */
  text(key: MessageKey, values: Readonly<Record<string, string | number>> = {}): string {
    return this.#format(key).format(values) as string;
  }

  /** What data says in English, such as what a line of a bill is for. */
  phrase(english: string): Inline {
    if (this.#phrases === undefined) return english;
    const translated = this.#phrases(english);
    return translated ?? { kind: "foreign", text: english, language: "en" };
  }

  #format(key: MessageKey): IntlMessageFormat {
    const known = this.#formats.get(key);
    if (known !== undefined) return known;
    const format = new IntlMessageFormat(LANGUAGES[this.language].messages[key], this.language, undefined, {
      ignoreTag: true,
    });
    this.#formats.set(key, format);
    return format;
  }
}
