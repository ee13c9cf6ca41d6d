import { known, type Estimate, type Range } from "./estimate.ts";

/** For how much work a comparison is made. What is not given is unknown, never 0. */
export interface Usage {
  /** That customers send in a month, each answered. */
  readonly messages?: Range;
  /** WhatsApp numbers that are connected. */
  readonly sessions?: Range;
  readonly ai?: AiUsage;
  /** That idle commands are traded against seconds to recover by. */
  readonly profile: Profile;
  /** What an hour of whoever sets up and looks after it costs, in USD. */
  readonly hourlyRate?: Range;
  /** Hours a month of looking after it, by host; over those of the catalogue. */
  readonly upkeepHours: Readonly<Record<string, Range>>;
  /** Plans that the accounts are on anyway, by what their catalogue ids begin with: `render/workspace`: `pro`. */
  readonly accounts: Readonly<Record<string, string>>;
  /** Own measurements, over those of the catalogue, by its ids: `oxy/message/commands/client`. */
  readonly measured: Readonly<Record<string, Range>>;
}

export type Profile = "economy" | "standard" | "fast-failover";

export interface AiUsage {
  readonly model: string;
  /** Of a message, history and instructions included. */
  readonly inputTokens: Range;
  readonly outputTokens: Range;
  /** Which share of the input tokens is read from the provider's cache, from 0 to 1. */
  readonly cachedShare: Range;
}

/** Nothing of it is known. */
export const UNKNOWN_USAGE: Usage = { profile: "standard", upkeepHours: {}, accounts: {}, measured: {} };

/** What a message is assumed to take where nobody said: an example, not a measurement. */
export const USUAL_TOKENS = {
  inputTokens: known(1_000),
  outputTokens: known(200),
  cachedShare: known(0),
} as const satisfies Record<string, Estimate>;
