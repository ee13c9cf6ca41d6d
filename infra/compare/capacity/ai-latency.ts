import type { Draws } from "./random.ts";

/** How long the AI takes to answer, in ms. */
export type AiLatency =
  | { readonly kind: "fixed"; readonly ms: number }
  | { readonly kind: "uniform"; readonly fromMs: number; readonly toMs: number }
  | { readonly kind: "exponential"; readonly meanMs: number }
  | { readonly kind: "lognormal"; readonly p50Ms: number; readonly p95Ms: number }
  /** A model that writes so many tokens at such a rate; `spread` is p95 over p50 of the whole. */
  | {
      readonly kind: "tokens";
      readonly outputTokens: number;
      readonly tokensPerSecond: number;
      readonly firstTokenMs: number;
      readonly spread: number;
    };

/** Of the standard normal distribution. */
const Z95 = 1.6448536269514722;

/** Draws a latency, in ms. @throws RangeError for a latency that cannot be */
export function latencySampler(latency: AiLatency): (draws: Draws) => number {
  requireSound(latency);
  switch (latency.kind) {
    case "fixed":
      return () => latency.ms;
    case "uniform":
      return (draws) => latency.fromMs + draws.uniform() * (latency.toMs - latency.fromMs);
    case "exponential":
      return (draws) => draws.exponential(latency.meanMs);
    case "lognormal":
    case "tokens": {
      const { p50Ms, p95Ms } = asLognormal(latency);
      const sigma = sigmaOf(p50Ms, p95Ms);
      return (draws) => p50Ms * Math.exp(sigma * draws.normal());
    }
  }
}

/** On average, in ms. @throws RangeError for a latency that cannot be */
export function meanLatencyMs(latency: AiLatency): number {
  requireSound(latency);
  switch (latency.kind) {
    case "fixed":
      return latency.ms;
    case "uniform":
      return (latency.fromMs + latency.toMs) / 2;
    case "exponential":
      return latency.meanMs;
    case "lognormal":
    case "tokens": {
      const { p50Ms, p95Ms } = asLognormal(latency);
      return p50Ms * Math.exp(sigmaOf(p50Ms, p95Ms) ** 2 / 2);
    }
  }
}

type Spread = Extract<AiLatency, { kind: "lognormal" | "tokens" }>;

function asLognormal(latency: Spread): { readonly p50Ms: number; readonly p95Ms: number } {
  if (latency.kind === "lognormal") return latency;
  const { outputTokens, tokensPerSecond, firstTokenMs, spread } = latency;
  const p50Ms = firstTokenMs + (outputTokens / tokensPerSecond) * 1_000;
  return { p50Ms, p95Ms: p50Ms * spread };
}

function sigmaOf(p50Ms: number, p95Ms: number): number {
  return Math.log(p95Ms / p50Ms) / Z95;
}

function requireSound(latency: AiLatency): void {
  const problem = problemOf(latency);
  if (problem !== undefined) throw new RangeError(`AI latency: ${problem}`);
}

function problemOf(latency: AiLatency): string | undefined {
  const numbers = Object.values(latency).filter((value) => typeof value === "number");
  if (numbers.some((value) => !Number.isFinite(value) || value < 0))
    return `expected finite numbers from 0 on, got ${numbers.join(", ")}`;
  if (latency.kind === "uniform" && latency.toMs < latency.fromMs)
    return `expected an end of at least ${latency.fromMs} ms, got ${latency.toMs}`;
  if (latency.kind === "tokens" && !(latency.tokensPerSecond > 0 && latency.spread >= 1))
    return "expected more than 0 tokens/s and a spread of at least 1";
  if (latency.kind === "lognormal" && !(latency.p50Ms > 0 && latency.p95Ms >= latency.p50Ms))
    return `expected a p95 of at least the p50, and that above 0, got ${latency.p50Ms} and ${latency.p95Ms} ms`;
  if (latency.kind === "tokens" && latency.firstTokenMs + latency.outputTokens === 0)
    return "expected tokens, or a time until the first one";
  return undefined;
}
