/** Between two ends, both possible. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** A number that is not negative: known between two ends, or unknown for reasons, and then at least so much. */
export type Estimate = Known | Unknown;

export interface Known extends Range {
  readonly kind: "known";
}

export interface Unknown {
  readonly kind: "unknown";
  /** Of the part that is known. */
  readonly atLeast: number;
  /** Each a phrase. */
  readonly because: readonly string[];
}

/** @throws RangeError when the ends are no numbers from 0 on, or in the wrong order */
export function known(low: number, high: number = low): Known {
  if (!(low >= 0 && high >= low && Number.isFinite(high)))
    throw new RangeError(`expected a range of numbers from 0 on, got ${low} to ${high}`);
  return { kind: "known", low, high };
}

export function unknown(because: string | readonly string[], atLeast = 0): Unknown {
  return { kind: "unknown", atLeast, because: typeof because === "string" ? [because] : because };
}

/** Unknown if any of them is. */
export function sum(estimates: readonly Estimate[]): Estimate {
  const because = new Set(estimates.flatMap((each) => (each.kind === "unknown" ? each.because : [])));
  const low = estimates.reduce((total, each) => total + lowestOf(each), 0);
  if (because.size > 0) return unknown([...because], low);
  return known(
    low,
    estimates.reduce((total, each) => total + (each.kind === "known" ? each.high : 0), 0),
  );
}

/** Unknown if either is, also where the other is 0: nobody asked what 0 of it costs. */
export function product(one: Estimate, other: Estimate): Estimate {
  const low = lowestOf(one) * lowestOf(other);
  if (one.kind === "known" && other.kind === "known") return known(low, one.high * other.high);
  return unknown(reasonsOf(one, other), low);
}

/** What of `estimate` is more than `included`. */
export function beyond(estimate: Estimate, included: Estimate): Estimate {
  if (estimate.kind === "known" && included.kind === "known")
    return known(Math.max(0, estimate.low - included.high), Math.max(0, estimate.high - included.low));
  const low = included.kind === "known" ? Math.max(0, lowestOf(estimate) - included.high) : 0;
  return unknown(reasonsOf(estimate, included), low);
}

/** The same at both ends, by a function that never falls. */
export function mapped(estimate: Estimate, rising: (value: number) => number): Estimate {
  if (estimate.kind === "known") return known(rising(estimate.low), rising(estimate.high));
  return unknown(estimate.because, rising(estimate.atLeast));
}

export function lowestOf(estimate: Estimate): number {
  return estimate.kind === "known" ? estimate.low : estimate.atLeast;
}

/** Why any of them is unknown, each once. */
export function reasonsOf(...estimates: readonly Estimate[]): string[] {
  return [...new Set(estimates.flatMap((each) => (each.kind === "unknown" ? each.because : [])))];
}
