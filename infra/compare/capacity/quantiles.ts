/** Of times, in ms. */
export interface Quantiles {
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** @returns undefined of nothing: no time is not a time of 0 */
export function quantilesOf(times: Float64Array): Quantiles | undefined {
  if (times.length === 0) return undefined;
  const sorted = times.toSorted();
  let total = 0;
  for (const time of times) total += time;
  return {
    mean: total / times.length,
    p50: quantileOf(sorted, 0.5),
    p95: quantileOf(sorted, 0.95),
    p99: quantileOf(sorted, 0.99),
  };
}

/** The nearest rank: a time that was measured, never one between two; NaN of nothing. @param sorted ascending */
export function quantileOf(sorted: Float64Array, quantile: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * quantile) - 1)] ?? Number.NaN;
}
