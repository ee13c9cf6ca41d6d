export interface LogLine {
  /** RFC 3339 with nanoseconds; no two lines have the same. */
  readonly timestamp: string;
  readonly message: string;
}

const DEFAULT_LINES = 100;

/** What a deployment printed, or was told. */
export class Log {
  readonly #lines: LogLine[] = [];

  get length(): number {
    return this.#lines.length;
  }

  add(message: string): void {
    const millisecond = new Date().toISOString().slice(0, -1);
    // In the order in which they came, also within a millisecond.
    this.#lines.push({ timestamp: `${millisecond}${`${this.#lines.length}`.padStart(6, "0")}Z`, message });
  }

  /** The last ones since then, the oldest first. */
  last(limit: number | null | undefined, startDate: string | null | undefined): readonly LogLine[] {
    const since = this.#lines.filter(({ timestamp }) => timestamp >= (startDate ?? ""));
    return since.slice(-(limit ?? DEFAULT_LINES));
  }
}
