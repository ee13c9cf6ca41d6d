import { execFileSync } from "node:child_process";
import { cpus } from "node:os";

/** One measured number, with what it is held against in the same run. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Where the true value lies with 95 % confidence, where that is known. */
  readonly interval?: readonly [low: number, high: number];
  readonly baseline?: { readonly what: string; readonly value: number };
  /** Value by baseline. */
  readonly ratio?: number;
  /** What was aimed at, and whether it was reached. */
  readonly aim?: { readonly what: string; readonly met: boolean };
  readonly setUp: string;
}

/** How long and how much is measured: `quick` shows that a benchmark works, not what is true. */
interface Effort {
  readonly quick: boolean;
  /** Progress, for a person. */
  say(line: string): void;
}

/** Measures what belongs together, in one run. */
export type Benchmark = (effort: Effort) => Promise<Figure[]>;

/** @param values in any order, not empty */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** 95 % confidence interval of a quantile by order statistics: it assumes nothing of how the values are spread. */
export function quantileInterval(values: readonly number[], q: number): [low: number, high: number] {
  const sorted = values.toSorted((a, b) => a - b);
  const spread = 1.96 * Math.sqrt(sorted.length * q * (1 - q));
  const at = (rank: number): number =>
    sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(rank)))] ?? NaN;
  return [at(sorted.length * q - spread - 1), at(sorted.length * q + spread)];
}

/** The machine and what runs on it, for every set-up. */
export function machine(): string {
  const redis = /v=(\S+)/.exec(execFileSync("redis-server", ["--version"], { encoding: "utf8" }))?.[1];
  const [processor] = cpus();
  return `${cpus().length} × ${processor?.model.trim()}, Node ${process.version}, Redis ${redis} in memory only, all on one machine`;
}

const number = (value: number): string => value.toLocaleString("en", { maximumSignificantDigits: 4 });

/** A figure as lines for a person. */
export function lines({ name, value, unit, interval, baseline, ratio, aim, setUp }: Figure): string[] {
  const between = interval === undefined ? "" : `  (95 %: ${interval.map(number).join(" to ")})`;
  const against =
    baseline === undefined
      ? []
      : [
          `    against ${number(baseline.value)} ${unit}, ${baseline.what}${ratio === undefined ? "" : `: ratio ${number(ratio)}`}`,
        ];
  const aimed = aim === undefined ? [] : [`    aim: ${aim.what}: ${aim.met ? "met" : "NOT MET"}`];
  return [`${name}: ${number(value)} ${unit}${between}`, ...against, ...aimed, `    ${setUp}`];
}
