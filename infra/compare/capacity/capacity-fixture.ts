import { erlangC } from "./erlang-c.ts";
import { WORKER_TRIPS, type CapacityInput } from "./input.ts";
import { simulate } from "./simulate.ts";

/** As the worker is set up by default, next to its store. */
export const WORKER: CapacityInput = {
  arrivals: { perSecond: 1, durationMs: 600_000, sessions: 10 },
  processes: 1,
  concurrency: 50,
  ai: { kind: "lognormal", p50Ms: 3_000, p95Ms: 5_000 },
  attempt: { timeoutMs: 30_000, attempts: 3, backoffMs: 1_500 },
  objectiveMs: 5_000,
  storeRttMs: 1,
  trips: WORKER_TRIPS,
  whatsappRttMs: 20,
  seed: 1,
};

export interface Agreement {
  readonly utilisation: number;
  readonly servers: number;
  /** Of mean waiting, in units of the mean service. */
  readonly theory: number;
  readonly simulated: number;
  /** Half of the 99.9% confidence interval of what was simulated. */
  readonly within: number;
  readonly theoryP95: number;
  readonly simulatedP95: number;
  readonly withinP95: number;
}

/** Student's t for 99.9%, two-sided, at 19 degrees of freedom. */
const T = 3.883;
const REPLICATIONS = 20;
const SERVICE_MS = 1_000;

/** Everybody writes once, to a worker without a store, a limit or a timeout: M/M/c, for which there is a formula. */
export function agreementAt(utilisation: number, servers: number, messages: number): Agreement {
  const perMs = (utilisation * servers) / SERVICE_MS;
  const runs = Array.from({ length: REPLICATIONS }, (_, replication) => {
    const durationMs = messages / perMs;
    const { times } = simulate({
      ...WORKER,
      arrivals: { perSecond: perMs * 1_000, durationMs, warmUpMs: durationMs / 5, sessions: 1 },
      concurrency: servers,
      ai: { kind: "exponential", meanMs: SERVICE_MS },
      attempt: { timeoutMs: 1e12, attempts: 1, backoffMs: 0 },
      storeRttMs: 0,
      whatsappRttMs: 0,
      // Its own at each point, or all would err to the same side.
      seed: replication + REPLICATIONS * (Math.round(utilisation * 100) + 100 * servers),
    });
    if (times === undefined) throw new Error("nobody was answered");
    return times.waiting;
  });
  const { mean, quantile } = erlangC(perMs, SERVICE_MS, servers);
  const means = interval(runs.map((waiting) => waiting.mean / SERVICE_MS));
  const p95s = interval(runs.map((waiting) => waiting.p95 / SERVICE_MS));
  return {
    utilisation,
    servers,
    theory: mean / SERVICE_MS,
    simulated: means.mean,
    within: means.half,
    theoryP95: quantile(0.95) / SERVICE_MS,
    simulatedP95: p95s.mean,
    withinP95: p95s.half,
  };
}

function interval(values: readonly number[]): { readonly mean: number; readonly half: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, half: T * Math.sqrt(variance / values.length) };
}
