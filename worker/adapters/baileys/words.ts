/** What the record keeps of one text, in UTF-16 units: four times of what people write at most. */
const LONGEST_TEXT = 8_000;
const LONGEST_LINE = 120;
/** Control characters but line breaks and tabs, which no terminal, log or model should see. */
const CONTROL = /(?![\n\t])\p{Cc}/gu;
const VISIBLE = /[^\s\p{Cf}\p{Cc}]/u;

/** Words of a stranger as they may be kept: well-formed, without control characters, bounded. Empty where nothing is to be seen. */
export function cleanText(value: unknown, longest = LONGEST_TEXT): string {
  if (typeof value !== "string") return "";
  // Cut first: what is too long is not gone through.
  const cut = cutAt(value, longest);
  const text = cut.toWellFormed().replaceAll("\r\n", "\n").replaceAll(CONTROL, "").trim();
  if (!VISIBLE.test(text)) return "";
  return cut.length < value.length ? `${text}… [cortado: ${value.length} caracteres]` : text;
}

/** The same on one line, as for a name. */
export function cleanLine(value: unknown, longest = LONGEST_LINE): string {
  if (typeof value !== "string") return "";
  const text = cleanText(cutAt(value, longest)).replaceAll(/\s+/g, " ");
  return value.length > longest && text !== "" ? `${text}…` : text;
}

/** By whole code points. */
function cutAt(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const last = text.charCodeAt(longest - 1);
  const splits = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, splits ? longest - 1 : longest);
}

/** A message that is one of these words and no more, however it is written: `Sair!`, `SAIR`, `saír`. */
export function isOneOf(text: string, words: readonly string[]): boolean {
  // Nobody says it in more than a few words.
  if (text.length > 200) return false;
  const said = bare(text);
  return said !== "" && words.some((word) => bare(word) === said);
}

function bare(text: string): string {
  return text
    .normalize("NFD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim()
    .toLowerCase();
}
