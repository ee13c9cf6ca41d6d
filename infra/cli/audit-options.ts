import { InvalidArgumentError, type Command } from "commander";
import { isoToday } from "../compare/catalogue/today.ts";
import type { Expectation } from "../audit/queue-findings.ts";

/** The options of the commands that watch a store. */
export interface WatchingOptions {
  readonly seconds: number;
  readonly aiSeconds?: Expectation["aiSeconds"];
  readonly objective: number;
  readonly concurrency?: number;
  readonly asOf?: string;
  readonly json?: boolean;
}

/** The analysis's own figures: an AI that takes 2 to 5 s, and replies within 5 s. */
const AI_SECONDS = { low: 2, high: 5 };
const OBJECTIVE_SECONDS = 5;

export function withWatching(command: Command): Command {
  return command
    .option("--seconds <n>", "how long it is watched", numberFrom(5, 86_400), 60)
    .option("--ai-seconds <n or n-m>", "what a job takes at its worker (default: 2-5)", spanOf)
    .option(
      "--objective <seconds>",
      "within which a customer is to be answered",
      numberFrom(0.1, 86_400),
      OBJECTIVE_SECONDS,
    )
    .option("--concurrency <n>", "jobs that all workers together take at once", numberFrom(1, 1e6))
    .option("--as-of <day>", "with the prices of that day, such as 2025-01-15 (default: today's)", dayOf);
}

export function watchOptionsOf({
  seconds,
  aiSeconds = AI_SECONDS,
  objective,
  concurrency,
  asOf,
}: WatchingOptions) {
  const expectation: Expectation = {
    aiSeconds,
    objectiveSeconds: objective,
    ...(concurrency === undefined ? {} : { concurrency }),
  };
  return { seconds, expectation, day: asOf ?? isoToday() };
}

function numberFrom(low: number, high: number) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === "" || !(value >= low && value <= high))
      throw new InvalidArgumentError(`expected a number from ${low} to ${high}`);
    return value;
  };
}

function spanOf(text: string): Expectation["aiSeconds"] {
  const [, low, high = low] = /^(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?$/.exec(text) ?? [];
  const span = { low: Number(low), high: Number(high) };
  if (low === undefined || !(span.low > 0 && span.high >= span.low && span.high <= 3_600))
    throw new InvalidArgumentError("expected seconds from 0 to 3600, or two of them such as 2-5");
  return span;
}

function dayOf(text: string): string {
  const day = new Date(`${text}T00:00:00Z`);
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(day.valueOf()) || !day.toISOString().startsWith(text))
    throw new InvalidArgumentError("expected a day, such as 2025-01-15");
  return text;
}
