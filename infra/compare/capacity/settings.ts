import type { ProcessPlan } from "../../host.ts";
import type { CapacityInput } from "./input.ts";

/** What of a worker's settings decides how much it can do, with its defaults: worker/environment.ts. */
const DEFAULTS = {
  OXY_CONCURRENCY: 50,
  OXY_AI_TIMEOUT_MS: 30_000,
  OXY_AI_ATTEMPTS: 3,
  OXY_AI_BACKOFF_MS: 1_500,
  OXY_REPLY_OBJECTIVE_MS: 5_000,
} as const;

/** As a process of the plan is told; what is secret, or no number, as if it were not told. */
export function settingsOf(
  process: Pick<ProcessPlan, "environment"> | undefined,
): Pick<CapacityInput, "concurrency" | "attempt" | "objectiveMs"> {
  const value = (key: keyof typeof DEFAULTS): number => {
    const given = process?.environment[key];
    const number = typeof given === "string" ? Number(given) : Number.NaN;
    return Number.isFinite(number) ? number : DEFAULTS[key];
  };
  return {
    concurrency: value("OXY_CONCURRENCY"),
    attempt: {
      timeoutMs: value("OXY_AI_TIMEOUT_MS"),
      attempts: value("OXY_AI_ATTEMPTS"),
      backoffMs: value("OXY_AI_BACKOFF_MS"),
    },
    objectiveMs: value("OXY_REPLY_OBJECTIVE_MS"),
  };
}
