/** A text as words: without accents, case and punctuation. */
export function wordsOf(text: string): string[] {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Whether a text (its words) has any, or all, of these phrases (theirs), whole and one word after the other. */
export function hasPhrases(
  text: readonly string[],
  phrases: readonly (readonly string[])[],
  match: "any" | "all",
): boolean {
  return match === "any"
    ? phrases.some((phrase) => follow(text, phrase))
    : phrases.every((phrase) => follow(text, phrase));
}

function follow(text: readonly string[], phrase: readonly string[]): boolean {
  return text.some((_, start) => phrase.every((word, index) => text[start + index] === word));
}
