/**
 * Longer runs are counted in pieces: the tokenizer takes time by the square of a run without a blank. Of a piece in whatever
 * script each byte is a token at worst, 768, so that one always fits where a budget that is scarce leaves 1,000.
 */
const PIECE = 256;

type Count = (text: string) => number;
let counting: Promise<Count> | undefined;

/**
 * Counts tokens as o200k does, the vocabulary of OpenAI's models since GPT-4o; of others it is an estimate. Its tables take
 * 70 MB and a tenth of a second, so they are loaded when something has to be counted for the first time.
 */
async function loadCount(): Promise<Count> {
  counting ??= import("gpt-tokenizer/encoding/o200k_base").then(({ countTokens }) => {
    // What looks like a token of the model's own is text here.
    const options = { disallowedSpecial: new Set<string>() };
    return (text) => countTokens(text, options);
  });
  return await counting;
}

/** A text, and whether it had to be cut. */
interface Fitting {
  readonly text: string;
  readonly tokens: number;
  readonly cut: boolean;
}

/** As much of the beginning of a text as fits into so many tokens. */
async function beginning(text: string, tokens: number): Promise<Fitting> {
  const count = await loadCount();
  let used = 0;
  for (let at = 0; at < text.length; at += PIECE) {
    const more = count(text.slice(at, at + PIECE));
    if (used + more > tokens) return { text: text.slice(0, at).toWellFormed(), tokens: used, cut: true };
    used += more;
  }
  return { text, tokens: used, cut: false };
}

/**
 * The last of these texts that fit into so many tokens together, in order. The oldest of them may be cut to its beginning
 * and then ends with `…`; a text of which nothing fits is left out with all before it.
 * @param cut whether one may be cut at all
 */
export async function lastWithin(
  texts: readonly string[],
  tokens: number,
  { cut }: { cut: boolean },
): Promise<string[]> {
  // A token has at least a byte.
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes <= tokens) return [...texts];
  const fitting: string[] = [];
  let left = tokens;
  for (const text of texts.toReversed()) {
    const part = await beginning(text, left);
    if (part.cut) {
      if (cut && part.text !== "") fitting.unshift(`${part.text}…`);
      break;
    }
    left -= part.tokens;
    fitting.unshift(text);
  }
  return fitting;
}
