import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

const LINES = 20;
/** Characters of a line that are kept: a line may have no end. */
const LINE_LENGTH = 2_000;

/** The last lines of one run, to explain its end. They are what the process prints: nothing is redacted. */
export class OutputTail {
  readonly #whole: string[] = [];
  readonly #begun = new Map<Readable, string>();

  follow(source: Readable): void {
    const decoder = new StringDecoder("utf8");
    source.on("data", (chunk: Buffer) => {
      const lines = `${this.#begun.get(source) ?? ""}${decoder.write(chunk)}`.split("\n");
      this.#begun.set(source, (lines.pop() ?? "").slice(0, LINE_LENGTH));
      this.#whole.push(...lines.slice(-LINES).map((line) => line.slice(0, LINE_LENGTH)));
      this.#whole.splice(0, this.#whole.length - LINES);
    });
  }

  /** At most 20, the latest last. */
  get lines(): readonly string[] {
    const begun = [...this.#begun.values()].filter((line) => line !== "");
    return [...this.#whole, ...begun].slice(-LINES);
  }
}
