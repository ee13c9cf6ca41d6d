const CR = 13;
const LF = 10;
const LINES = "+-:_,#(";
const STRINGS = "$!=";
const LISTS = "*~>";
const MAPS = "%|";

/** One whole frame of the Redis protocol, as it came. */
export type RespFrame = Buffer;

/** Cuts a stream of bytes into frames of the Redis protocol (RESP2 and RESP3). */
export class RespReader {
  #rest: Buffer = Buffer.alloc(0);

  push(data: Buffer): RespFrame[] {
    this.#rest = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data]);
    const frames: RespFrame[] = [];
    let start = 0;
    for (;;) {
      const end = endOf(this.#rest, start);
      if (end === undefined) break;
      frames.push(this.#rest.subarray(start, end));
      start = end;
    }
    this.#rest = this.#rest.subarray(start);
    return frames;
  }
}

/** The words of a command, which is a list of strings. */
export function wordsOf(frame: RespFrame): string[] {
  const words: string[] = [];
  let at = lineEnd(frame, 0) ?? frame.length;
  while (at < frame.length) {
    const start = lineEnd(frame, at);
    if (start === undefined) break;
    const end = start + lengthAt(frame, at);
    words.push(frame.toString("utf8", start, end));
    at = end + 2;
  }
  return words;
}

/** A reply that is one string, a status or an error, without its frame; undefined for anything else. */
export function stringOf(frame: RespFrame): string | undefined {
  const type = String.fromCharCode(frame[0] ?? 0);
  if (type === "+" || type === "-") return frame.toString("utf8", 1, frame.length - 2);
  if (type !== "$") return undefined;
  const start = lineEnd(frame, 0);
  return start === undefined ? undefined : frame.toString("utf8", start, frame.length - 2);
}

export function isError(frame: RespFrame): boolean {
  return frame[0] === "-".charCodeAt(0);
}

/** What the server says unasked. */
export function isPush(frame: RespFrame): boolean {
  return frame[0] === ">".charCodeAt(0);
}

/** Where the frame that starts here ends; undefined while it is not complete. */
function endOf(bytes: Buffer, start: number): number | undefined {
  const type = String.fromCharCode(bytes[start] ?? 0);
  const afterLine = lineEnd(bytes, start);
  if (afterLine === undefined) return undefined;
  if (LINES.includes(type)) return afterLine;
  const length = lengthAt(bytes, start);
  if (STRINGS.includes(type)) {
    if (length < 0) return afterLine;
    const end = afterLine + length + 2;
    return end <= bytes.length ? end : undefined;
  }
  if (!LISTS.includes(type) && !MAPS.includes(type)) throw new Error(`not the Redis protocol: "${type}"`);
  let end: number | undefined = afterLine;
  const parts = MAPS.includes(type) ? 2 * length : length;
  for (let part = 0; part < parts && end !== undefined; part++) end = endOf(bytes, end);
  return end;
}

function lineEnd(bytes: Buffer, start: number): number | undefined {
  const at = bytes.indexOf(LF, start);
  return at < 0 || bytes[at - 1] !== CR ? undefined : at + 1;
}

function lengthAt(bytes: Buffer, start: number): number {
  return Number.parseInt(bytes.toString("latin1", start + 1, start + 12), 10);
}
