/** Why a call came to nothing. */
export type Cause =
  /** No credentials, or such as the API does not know. */
  | "unauthorized"
  /** What the credentials do not allow; not that it is gone. */
  | "forbidden"
  /** It is not there. */
  | "missing"
  /** Something else is in the way: a name that is taken, an operation under way. */
  | "conflict"
  /** The request itself. */
  | "invalid"
  /** A limit of the account. */
  | "quota"
  /** Too many requests, and still after waiting as told. */
  | "busy"
  /** Its own failure, or it could not be reached: nobody knows what became of a write. */
  | "unavailable";

/** An API did not do what it was asked; the message is a sentence for the user, with its own words. */
export class ApiFailed extends Error {
  override readonly name = "ApiFailed";
  readonly kind: Cause;

  constructor(cause: Cause, message: string) {
    super(message);
    this.kind = cause;
  }
}

export function isApiFailure(error: unknown, ...causes: readonly Cause[]): error is ApiFailed {
  return error instanceof ApiFailed && causes.includes(error.kind);
}

/** By HTTP status. */
export function causeOf(status: number): Cause {
  switch (status) {
    case 401:
      return "unauthorized";
    case 402:
      return "quota";
    case 403:
      return "forbidden";
    case 404:
    case 410:
      return "missing";
    case 409:
    case 412:
    case 423:
      return "conflict";
    case 429:
      return "busy";
    default:
      return status >= 500 ? "unavailable" : "invalid";
  }
}

/** What the system said: fetch itself only says that it failed. */
export function reasonOf(error: unknown): string {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    if ("code" in cause && typeof cause.code === "string") return cause.code;
  return error instanceof Error ? error.message : String(error);
}
