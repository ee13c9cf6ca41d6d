/** A bucket of tokens: so many per second, with a reserve for what comes at once. Whoever finds none waits in line. */
export class Limit {
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #atMs = 0;

  /** @throws RangeError */
  constructor({ perSecond, burst }: { readonly perSecond: number; readonly burst: number }) {
    if (!(perSecond > 0 && burst >= 1))
      throw new RangeError(
        `limit: expected more than 0 per second and a burst of at least 1, got ${perSecond} and ${burst}`,
      );
    this.#perMs = perSecond / 1_000;
    this.#burst = burst;
    this.#tokens = burst;
  }

  /** @param now never less than the time before @returns when it is this one's turn, in ms */
  take(now: number): number {
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#atMs) * this.#perMs);
    this.#atMs = now;
    // Below 0 are tokens that those in line have taken in advance.
    this.#tokens--;
    return this.#tokens >= 0 ? now : now - this.#tokens / this.#perMs;
  }
}
