import { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError } from "openai";
import {
  AiMisconfigured,
  AiRefused,
  AiUnavailable,
  AttemptFailed,
  type AiFailure,
  type AiOutcome,
} from "../../conversation/completions.ts";
import { retryAfterOf } from "./retry-after.ts";

/** The AI's side failed, not the question: such calls open the breaker. */
export class CallFailed extends AttemptFailed {
  override readonly name = "CallFailed";
  readonly outcome: "failed" | "timeout";
  /** Whether the AI worked on it, as far as anybody knows. */
  readonly mayCost: boolean;

  constructor(message: string, { outcome = "failed", mayCost = true }: CallEnd = {}) {
    super(message);
    this.outcome = outcome;
    this.mayCost = mayCost;
  }
}

interface CallEnd {
  readonly outcome?: "failed" | "timeout";
  readonly mayCost?: boolean;
}

/** Codes with which an account is told that it has run out of money; waiting does not help. */
const OUT_OF_MONEY = new Set(["insufficient_quota", "billing_hard_limit_reached", "billing_not_active"]);
/** Nobody was reached. */
const NO_CONNECTION = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);
const OURS_TO_CHANGE = new Set([401, 402, 403, 404]);

/**
 * What a failed call means, without anything that the API says in its own words: those may repeat the question or the key.
 * @param signal of the caller; undefined is returned when the call ended because of it, and not because of a deadline
 */
export function failureOf(error: unknown, signal: AbortSignal): AiFailure | undefined {
  if (signal.aborted && (error instanceof APIUserAbortError || isAbort(error))) {
    return isTimeout(signal.reason) ? timedOut() : undefined;
  }
  if (error instanceof APIConnectionTimeoutError) return timedOut();
  if (error instanceof APIConnectionError) return notConnected(error);
  if (error instanceof APIError && typeof error.status === "number") return answeredWith(error, error.status);
  // What is cut off, or is no JSON; the parser's message would quote it.
  return new CallFailed(
    `the AI's reply cannot be read (${error instanceof Error ? error.name : typeof error})`,
  );
}

/** Whether the call may have cost something: what was turned away at the door did not. */
export function couldCost(failure: AiFailure): boolean {
  return failure instanceof CallFailed && failure.mayCost;
}

export function outcomeOf(failure: AiFailure): AiOutcome {
  if (failure instanceof CallFailed) return failure.outcome;
  if (failure instanceof AiUnavailable) return "limited";
  if (failure instanceof AiMisconfigured) return "misconfigured";
  if (failure instanceof AiRefused) return "refused";
  return "failed";
}

function answeredWith(error: APIError, status: number): AiFailure {
  const code = /^[\w.-]{1,60}$/.test(error.code ?? "") ? ` (${error.code})` : "";
  const what = `the AI answered ${status}${code}`;
  if (error.code === "content_filter" || error.code === "content_policy_violation")
    return new AiRefused(what);
  if (OURS_TO_CHANGE.has(status) || OUT_OF_MONEY.has(error.code ?? "")) return new AiMisconfigured(what);
  const retryAfterMs = retryAfterOf(error.headers as Headers | undefined);
  if (status === 429 || (status === 503 && retryAfterMs !== undefined))
    return new AiUnavailable(what, retryAfterMs);
  return status >= 500 ? new CallFailed(what, { mayCost: false }) : new AttemptFailed(what);
}

function timedOut(): CallFailed {
  return new CallFailed("the AI's call timed out", { outcome: "timeout" });
}

function notConnected({ cause }: APIConnectionError): CallFailed {
  const { code } = (cause instanceof Error ? (cause.cause ?? cause) : {}) as NodeJS.ErrnoException;
  const known = typeof code === "string" ? code : undefined;
  return new CallFailed(`no connection to the AI${known === undefined ? "" : ` (${known})`}`, {
    mayCost: !NO_CONNECTION.has(known ?? ""),
  });
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === "AbortError" || isTimeout(error));
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof Error && reason.name === "TimeoutError";
}
