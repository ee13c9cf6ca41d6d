import { MONTH_HOURS } from "../../cost-item.ts";
import { lowestOf, type Estimate } from "../estimate.ts";

/** What somebody promises by contract of the share of a month that something is up, in percent. */
export type Promised =
  | { readonly kind: "promised"; readonly low: number; readonly high: number }
  /** No contract says anything of it: that is a result, and neither 0 nor unknown. */
  | { readonly kind: "nothing"; readonly because: readonly string[] }
  | { readonly kind: "unknown"; readonly because: readonly string[] };

const WHOLE = 100;
const MONTH_MINUTES = MONTH_HOURS * 60;

/** @throws RangeError for what is no percentage */
export function promised(low: number, high: number = low): Promised {
  if (!(low >= 0 && high >= low && high <= WHOLE))
    throw new RangeError(`expected percentages from 0 to 100, the lower first, got ${low} to ${high}`);
  return { kind: "promised", low, high };
}

export function nothingPromised(because: string): Promised {
  return { kind: "nothing", because: [because] };
}

export function unknownPromise(because: string): Promised {
  return { kind: "unknown", because: [because] };
}

/** All of them are needed. What nobody promises of one of them, nobody promises of all. */
export function serial(promises: readonly Promised[]): Promised {
  const nothing = reasonsOf(promises, "nothing");
  if (nothing.length > 0) return { kind: "nothing", because: nothing };
  const unknown = reasonsOf(promises, "unknown");
  if (unknown.length > 0) return { kind: "unknown", because: unknown };
  return promises.reduce<Promised>(
    (all, each) =>
      all.kind === "promised" && each.kind === "promised"
        ? { kind: "promised", low: (all.low * each.low) / WHOLE, high: (all.high * each.high) / WHOLE }
        : all,
    { kind: "promised", low: WHOLE, high: WHOLE },
  );
}

/**
 * Any of them is enough, if they fail independently of each other. One of which nothing is promised adds nothing to the
 * others' promise.
 */
export function parallel(promises: readonly Promised[]): Promised {
  const unknown = reasonsOf(promises, "unknown");
  if (unknown.length > 0) return { kind: "unknown", because: unknown };
  const some = promises.filter((each) => each.kind === "promised");
  if (some.length === 0) return { kind: "nothing", because: reasonsOf(promises, "nothing") };
  const down = (end: "low" | "high"): number => some.reduce((all, each) => all * (1 - each[end] / WHOLE), 1);
  // What floats round must not make two of them less than one.
  const up = (end: "low" | "high"): number =>
    Math.max(...some.map((each) => each[end]), WHOLE * (1 - down(end)));
  return { kind: "promised", low: up("low"), high: up("high") };
}

/** Why it is so of any of them, each once. */
function reasonsOf(promises: readonly Promised[], kind: "nothing" | "unknown"): readonly string[] {
  return [...new Set(promises.flatMap((each) => (each.kind === kind ? each.because : [])))];
}

/** Minutes of a month that such a share of it leaves. */
export function minutesBeside(percent: number): number {
  return MONTH_MINUTES * (1 - percent / WHOLE);
}

/** Minutes of a month that the contract lets it be down without a penalty: at the least, and at the most. */
export function minutesAllowed(promise: Promised): Estimate {
  if (promise.kind === "promised")
    return {
      kind: "known",
      low: minutesBeside(promise.high),
      high: minutesBeside(promise.low),
    };
  return {
    kind: "unknown",
    atLeast: 0,
    because: promise.because.map((reason) =>
      promise.kind === "nothing" ? `nothing is promised: ${reason}` : reason,
    ),
  };
}

/** `uncertain`: what is known of it reaches to both sides. */
export type Verdict = "kept" | "not kept" | "nothing promised" | "uncertain" | "unknown";

/** Whether what suppliers promise, and what one's own changes take, leaves what was promised to customers. */
export function verdictOn(
  total: Promised,
  minutes: Estimate,
  { percent }: { readonly percent: number },
): Verdict {
  const most = minutesBeside(percent);
  // What is known of it may be too much already.
  if (lowestOf(minutes) > most) return "not kept";
  if (total.kind === "nothing") return "nothing promised";
  if (minutes.kind === "unknown") return "unknown";
  return minutes.high <= most ? "kept" : "uncertain";
}
