/** What goes wrong with one call. */
export type Fault =
  /** Nobody gets to know of it. */
  | { readonly kind: "cut before" }
  /** It is done, and nobody gets to know of that. */
  | { readonly kind: "cut after" }
  /** It is refused, as a whole. */
  | {
      readonly kind: "status";
      readonly status: number;
      readonly message?: string;
      readonly retryAfterSeconds?: number;
    };

/** A call that could go wrong, before it is done. */
export interface Upcoming {
  readonly api: string;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** Decides for each call whether something goes wrong. */
export type Faults = (call: Upcoming) => Fault | undefined;

/** The `n`th call of those that match, counted from 0, goes wrong; once. */
export function faultAt(n: number, fault: Fault, matches: (call: Upcoming) => boolean = () => true): Faults {
  let seen = 0;
  return (call) => (matches(call) && seen++ === n ? fault : undefined);
}
