import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  CountBreaker,
  handleWhen,
  type CircuitBreakerPolicy,
  type IBackoff,
} from "cockatiel";
import { AiUnavailable, type BreakerState } from "../../conversation/completions.ts";
import { CallFailed } from "./failures.ts";

/** It opens when more than this part of the last calls failed … */
const FAILED_PART = 0.5;
const LAST_CALLS = 20;
/** … and there were so many at the least. */
const CALLS_MIN = 5;
/** How long it stays open before one call is let through, in ms; doubles each time that call fails. */
const OPEN_MS = 2_000;
const LONGEST_MS = 30_000;
const STATES: Readonly<Record<CircuitState, BreakerState>> = {
  [CircuitState.Closed]: "closed",
  [CircuitState.Open]: "open",
  [CircuitState.HalfOpen]: "half-open",
  [CircuitState.Isolated]: "open",
};

export interface BreakerOptions {
  /** How long it stays open at first, in ms. */
  readonly openMs?: number;
  changed?(state: BreakerState): void;
}

/** Keeps calls from an AI that fails most of them; one at a time finds out whether it is back. */
export class Breaker {
  readonly #policy: CircuitBreakerPolicy;
  readonly #openMs: number;
  /** When the next call may be let through, in ms since the epoch. */
  #until = 0;

  constructor({ openMs = OPEN_MS, changed }: BreakerOptions = {}) {
    this.#openMs = openMs;
    this.#policy = circuitBreaker(
      handleWhen((error) => error instanceof CallFailed || error instanceof AiUnavailable),
      {
        breaker: new CountBreaker({
          threshold: FAILED_PART,
          size: LAST_CALLS,
          minimumNumberOfCalls: CALLS_MIN,
        }),
        halfOpenAfter: { next: ({ attempt, result }) => this.#pause(attempt, failureIn(result)) },
      },
    );
    this.#policy.onStateChange((state) => changed?.(STATES[state]));
  }

  get state(): BreakerState {
    return STATES[this.#policy.state];
  }

  /** @throws AiUnavailable, and what `call` throws */
  async run<T>(call: () => Promise<T>): Promise<T> {
    // The policy would have others wait for the one that finds out.
    if (this.#policy.state === CircuitState.HalfOpen) throw this.#unavailable(this.#openMs);
    try {
      return await this.#policy.execute(call);
    } catch (error) {
      // The one that finds out, too: whoever's turn that happens to be, it is not their attempt that failed.
      const stillDown = error instanceof CallFailed && this.state === "open";
      if (!stillDown && !(error instanceof BrokenCircuitError)) throw error;
      throw this.#unavailable(Math.max(0, this.#until - Date.now()));
    }
  }

  #unavailable(retryAfterMs: number): AiUnavailable {
    return new AiUnavailable(
      "the AI failed most of the last calls and is left alone for a while",
      retryAfterMs,
    );
  }

  #pause(attempt: number, failure: unknown): IBackoff<unknown> {
    const asked = failure instanceof AiUnavailable ? (failure.retryAfterMs ?? 0) : 0;
    const duration = Math.min(LONGEST_MS, Math.max(asked, this.#openMs * 2 ** (attempt - 1)));
    this.#until = Date.now() + duration;
    return { duration, next: ({ attempt: later, result }) => this.#pause(later, failureIn(result)) };
  }
}

function failureIn(result: object): unknown {
  return "error" in result ? result.error : undefined;
}
