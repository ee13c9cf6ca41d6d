/** Characters (UTF-16 units) of a message: longer ones are hidden behind "read more", and nobody reads them. */
const PART_LENGTH = 1_500;
/** Messages of one answer. */
const PARTS_MAX = 5;

export interface SplitOptions {
  readonly length?: number;
  readonly parts?: number;
}

/**
 * A text as messages in order: cut between paragraphs where that leaves a part half full, else between lines, sentences,
 * words, and inside a word only where one is longer than a part; never inside a character as people see it, unless that is
 * longer than a part. Nothing is lost but white space at the cuts, and what is more than the most parts hold: the last part
 * then ends with a whole sentence, if it has one.
 */
export function partsOf(
  text: string,
  { length = PART_LENGTH, parts: most = PARTS_MAX }: SplitOptions = {},
): string[] {
  const parts: string[] = [];
  let rest = text.trim();
  while (rest !== "" && parts.length < most) {
    const end = rest.length <= length ? rest.length : cutOf(rest, length);
    const part = rest.slice(0, end).trimEnd();
    rest = rest.slice(end).trimStart();
    parts.push(rest !== "" && parts.length === most - 1 ? upToLastSentence(part) : part);
  }
  return parts;
}

/** Without the sentence that is not finished; the whole text where it has no other. */
export function upToLastSentence(text: string): string {
  const ends = [...text.matchAll(SENTENCE)];
  const last = ends.at(-1);
  if (/[.!?…]["'”’)]*$/.test(text) || last === undefined) return text;
  return text.slice(0, last.index + last[0].length).trimEnd();
}

const SENTENCE = /[.!?…]["'”’)]*(?=\s)|\n/g;
/** Where a text is cut best, in this order; a blank that carries a mark is a character. */
const CUTS: readonly RegExp[] = [
  /\n\s*\n/gu,
  /\n/gu,
  /[.!?…]["'”’)]*\s(?![\p{M}\u200D])/gu,
  /\s(?![\p{M}\u200D])/gu,
];

/** Where the first part of a text that is longer than one ends. */
function cutOf(text: string, length: number): number {
  // One more: a cut may lie right behind the part.
  const window = text.slice(0, length + 1);
  for (const cut of CUTS) {
    const ends = [...window.matchAll(cut)].map((match) => match.index + match[0].trimEnd().length);
    const end = ends.findLast((at) => at > 0 && at <= length);
    // White space is a cut anywhere: a part of one word is better than a broken word.
    if (end !== undefined && (end >= length / 2 || cut === CUTS.at(-1))) return end;
  }
  return graphemeCut(text, length);
}

const graphemes = new Intl.Segmenter("pt", { granularity: "grapheme" });

function graphemeCut(text: string, length: number): number {
  // The one that crosses the end has to be seen as far as it may be kept whole.
  let end = 0;
  for (const { index, segment } of graphemes.segment(text.slice(0, 2 * length))) {
    if (index + segment.length > length) break;
    end = index + segment.length;
  }
  if (end > 0) return end;
  const last = text.charCodeAt(length - 1);
  // Between the halves of a surrogate pair nothing is cut, as long as a part holds both.
  return last >= 0xd800 && last <= 0xdbff && length > 1 ? length - 1 : length;
}
