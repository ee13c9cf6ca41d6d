import { isUtf8 } from "node:buffer";
import { TextDecoder } from "node:util";

/** Enough to see a byte order mark, or the zeros of UTF-16. */
const BEGINNING = 4;
const ASCII_END = 0x80;

/**
 * Bytes of a text file whose encoding nobody tells, as text: UTF-8, UTF-16, and Windows-1252, as Excel writes it in Brazil.
 * The first letter that is not ASCII decides between UTF-8 and Windows-1252; what does not fit later on becomes U+FFFD.
 * In memory is one chunk at a time.
 */
export async function* decoded(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  /** While the encoding is open: what is not passed on yet. */
  let held: Buffer = Buffer.alloc(0);
  let begun = false;
  for await (const chunk of bytes) {
    if (decoder !== undefined) {
      yield decoder.decode(chunk, { stream: true });
      continue;
    }
    held = Buffer.concat([held, chunk]);
    if (!begun && held.length < BEGINNING) continue;
    const encoding = (begun ? undefined : marked(held)) ?? byFirstLetter(held);
    begun = true;
    if (encoding === undefined) {
      // The same in each of them, but for a sequence that is cut off here.
      const plain = asciiLength(held);
      yield held.toString("latin1", 0, plain);
      held = held.subarray(plain);
    } else {
      decoder = new TextDecoder(encoding);
      yield decoder.decode(held, { stream: true });
      held = Buffer.alloc(0);
    }
  }
  if (decoder !== undefined) {
    yield decoder.decode();
    return;
  }
  const encoding = (begun ? undefined : marked(held)) ?? byFirstLetter(held) ?? "windows-1252";
  yield new TextDecoder(encoding).decode(held);
}

function marked(bytes: Buffer): string | undefined {
  const [first, second, third, fourth] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return "utf-8";
  if ((first === 0xff && second === 0xfe) || (second === 0 && fourth === 0)) return "utf-16le";
  if ((first === 0xfe && second === 0xff) || (first === 0 && third === 0)) return "utf-16be";
  return undefined;
}

/** Undefined while all of it is ASCII, or its first letter that is not is cut off. */
function byFirstLetter(bytes: Buffer): string | undefined {
  const at = asciiLength(bytes);
  const lead = bytes[at];
  if (lead === undefined) return undefined;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  for (let end = at + 2; end <= Math.min(at + length, bytes.length); end++) {
    // What follows a lead is 10xxxxxx.
    if (((bytes[end - 1] ?? 0) & 0xc0) !== 0x80) return "windows-1252";
  }
  if (at + length > bytes.length) return undefined;
  return isUtf8(bytes.subarray(at, at + length)) ? "utf-8" : "windows-1252";
}

function asciiLength(bytes: Buffer): number {
  const at = bytes.findIndex((byte) => byte >= ASCII_END);
  return at < 0 ? bytes.length : at;
}
