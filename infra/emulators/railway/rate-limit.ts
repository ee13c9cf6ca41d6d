const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;

/** Of a token, on the plan Pro (docs.railway.com/integrations/api, 2026-08). */
export const PRO = { perSecond: 50, perHour: 10_000 } as const;

export interface Allowance {
  readonly perSecond: number;
  readonly perHour: number;
}

/** What is said of a request: the headers, and how long to wait if it is one too many, in s. */
export interface Standing {
  readonly headers: Readonly<Record<string, string>>;
  readonly retryAfterSeconds: number | undefined;
}

/** Counts requests in windows of a second and of an hour. */
export class RateLimit {
  readonly #allowed: Allowance;
  #second = { from: 0, count: 0 };
  #hour = { from: 0, count: 0 };

  constructor(allowed: Allowance) {
    this.#allowed = allowed;
  }

  count(now: number): Standing {
    if (now - this.#second.from >= SECOND_MS) this.#second = { from: now, count: 0 };
    if (now - this.#hour.from >= HOUR_MS) this.#hour = { from: now, count: 0 };
    this.#second.count++;
    this.#hour.count++;
    const { perSecond, perHour } = this.#allowed;
    const reset = this.#hour.from + HOUR_MS;
    const headers = {
      "x-ratelimit-limit": `${perHour}`,
      "x-ratelimit-remaining": `${Math.max(0, perHour - this.#hour.count)}`,
      "x-ratelimit-reset": new Date(reset).toISOString(),
    };
    const waitMs =
      this.#hour.count > perHour
        ? reset - now
        : this.#second.count > perSecond
          ? this.#second.from + SECOND_MS - now
          : undefined;
    return {
      headers,
      retryAfterSeconds: waitMs === undefined ? undefined : Math.ceil(waitMs / SECOND_MS),
    };
  }
}
