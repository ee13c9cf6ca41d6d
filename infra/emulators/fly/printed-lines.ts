/** A line, and when it was taken in: Unix time in ns. */
export interface PrintedLine {
  readonly text: string;
  readonly at: bigint;
}

let lastAt = 0n;

/** What the runs of a machine printed. */
export class PrintedLines {
  readonly all: PrintedLine[] = [];
  #taken = 0;

  /** Another process prints from now on. */
  begin(): void {
    this.#taken = 0;
  }

  /** @param lines all that its process printed up to now */
  take(lines: readonly string[]): void {
    this.all.push(...lines.slice(this.#taken).map((text) => ({ text, at: now() })));
    this.#taken = Math.max(this.#taken, lines.length);
  }
}

/** No two are the same: a page of a log goes on after one. */
function now(): bigint {
  const at = BigInt(Date.now()) * 1_000_000n;
  lastAt = at > lastAt ? at : lastAt + 1n;
  return lastAt;
}
