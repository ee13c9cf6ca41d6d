/** Why a call is not done; HTTP answers each with a status of its own. */
export type RefusalKind =
  /** It says something that cannot be meant. */
  | "invalid"
  /** It is longer than what is taken. */
  | "too-large"
  /** Its version is newer than what is running here. */
  | "newer"
  /** What it names is not there. */
  | "unknown"
  /** It contradicts what is there. */
  | "conflict"
  /** Nobody is there who could do it at this moment; it may be repeated. */
  | "unavailable";

/** A call is not done, and nothing was changed by it; the message says why and what to do, and holds no text of anybody. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly kind: RefusalKind;

  constructor(kind: RefusalKind, message: string) {
    super(message);
    this.kind = kind;
  }
}
