import type { Range } from "../estimate.ts";

/** What decisions hang on and neither a plan nor a bill says: the business says it. What is not said is unknown. */
export interface Situation {
  /** Clients that are active at once. */
  readonly clientsAtOnce?: Range;
  /** USD a month. */
  readonly monthlyRevenue?: Range;
  /** The round trip that clients in Brazil ask for, in ms. */
  readonly wantedLatencyMs?: Range;
  readonly hasDevops?: boolean;
  /** Whether a client or a law asks for one, such as HIPAA or SOC 2. */
  readonly needsCompliance?: boolean;
  /** Whether a client asks for AWS. */
  readonly clientAsksForAws?: boolean;
  readonly clientsComplainOfLatency?: boolean;
}

export const UNKNOWN_SITUATION: Situation = {};
