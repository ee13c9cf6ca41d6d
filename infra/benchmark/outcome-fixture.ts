import { known } from "../compare/estimate.ts";
import { measurementOf, type Observation } from "./measurement.ts";
import type { Outcome } from "./outcome.ts";

/** A message that was due then and answered after so many ms, 100 of them at each end. */
export function answered(dueMs: number, replyMs: number, more: Partial<Observation> = {}): Observation {
  return {
    dueMs,
    writtenMs: dueMs,
    askedMs: dueMs + Math.min(100, replyMs / 2),
    thoughtMs: dueMs + Math.max(replyMs - 100, replyMs / 2),
    seenMs: dueMs + replyMs,
    times: 1,
    fallback: false,
    ...more,
  };
}

export function unanswered(dueMs: number, fallback = false): Observation {
  return { dueMs, writtenMs: dueMs, times: 0, fallback };
}

/** Each message in a conversation of its own. */
export function outcomeOf(observations: readonly Observation[], patienceMs = 60_000): Outcome {
  const report = { observations, holdingMessages: 0, undecryptable: 0, nacks: 0 };
  return {
    measurement: measurementOf(report, [...observations.keys()], patienceMs),
    redisCommands: known(observations.length * 50),
    deploySeconds: known(10),
    drainSeconds: known(1),
  };
}
