const DEFAULT_TIMEOUT_MS = 10_000;

interface Waiting {
  check(): void;
  fail(error: Error): void;
}

/** Lets tests wait for a state of the simulated world instead of for time to pass. */
export class Watch {
  /** What went wrong inside the simulator itself; a test should find nothing here. */
  readonly errors: unknown[] = [];
  readonly #waiting = new Set<Waiting>();
  #closed = false;

  /** Says that something may have changed. */
  changed(): void {
    for (const waiting of [...this.#waiting]) waiting.check();
  }

  failed(error: unknown): void {
    this.errors.push(error);
    this.changed();
  }

  /** Resolves with the first truthy answer; asks again after every event. */
  async waitFor<T>(
    predicate: () => T,
    timeoutMs = DEFAULT_TIMEOUT_MS,
  ): Promise<Exclude<T, false | undefined | null>> {
    return await new Promise((resolve, reject) => {
      const settle = (done: () => void) => {
        clearTimeout(timer);
        this.#waiting.delete(waiting);
        done();
      };
      const waiting: Waiting = {
        check: () => {
          try {
            const answer = predicate();
            if (answer) settle(() => resolve(answer as Exclude<T, false | undefined | null>));
          } catch (error) {
            settle(() => reject(error));
          }
        },
        fail: (error) => settle(() => reject(error)),
      };
      const timer = setTimeout(
        () => waiting.fail(new Error(`waited ${timeoutMs} ms in vain for ${predicate}`)),
        timeoutMs,
      );
      this.#waiting.add(waiting);
      if (this.#closed) waiting.fail(new Error("the simulator is closed"));
      else waiting.check();
    });
  }

  close(): void {
    this.#closed = true;
    for (const waiting of [...this.#waiting]) waiting.fail(new Error("the simulator is closed"));
  }
}
