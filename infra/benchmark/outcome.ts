import type { Estimate } from "../compare/estimate.ts";
import type { Measurement } from "./measurement.ts";

/** What was found out about one target. */
export interface Outcome {
  readonly measurement: Measurement;
  /** Commands that its Redis carried out during the load, those inside scripts and of idling included. */
  readonly redisCommands: Estimate;
  /** From nothing deployed until every process runs. */
  readonly deploySeconds: Estimate;
  /** From when its processes were told to stop until the last was gone. */
  readonly drainSeconds: Estimate;
}
