/** Says whether a piece is passed on: `cut` ends the connection, a promise holds it and all that is behind it. */
export type Inspection = () => void | "cut" | Promise<unknown>;

interface Waiting {
  readonly piece: Buffer;
  readonly dueAt: number;
  readonly inspect: Inspection;
}

/** One direction of a proxied connection: keeps the order, whatever is delayed or held. */
export class Lane {
  readonly #write: (piece: Buffer) => void;
  readonly #cut: () => void;
  readonly #waiting: Waiting[] = [];
  #busy = false;
  #ended = false;

  constructor(write: (piece: Buffer) => void, cut: () => void) {
    this.#write = write;
    this.#cut = cut;
  }

  /** @param waitMs counted from now, so that pieces that come together also wait together */
  put(piece: Buffer, waitMs: number, inspect: Inspection): void {
    this.#waiting.push({ piece, dueAt: performance.now() + waitMs, inspect });
    if (!this.#busy) this.#next();
  }

  #next(): void {
    this.#busy = false;
    for (;;) {
      const first = this.#waiting[0];
      if (first === undefined || this.#ended) return;
      const waitMs = first.dueAt - performance.now();
      if (waitMs > 0) {
        this.#busy = true;
        setTimeout(() => this.#next(), waitMs);
        return;
      }
      this.#waiting.shift();
      const verdict = first.inspect();
      if (verdict === "cut") {
        this.#ended = true;
        this.#cut();
        return;
      }
      if (verdict instanceof Promise) {
        this.#busy = true;
        void this.#hold(verdict, first.piece);
        return;
      }
      this.#write(first.piece);
    }
  }

  async #hold(until: Promise<unknown>, piece: Buffer): Promise<void> {
    await until;
    this.#write(piece);
    this.#next();
  }
}
