/** How a service is kept; what differs from service to service is in its spec. */
export interface Supervision {
  readonly backoff: BackoffTimes;
  readonly log: LogLimits;
}

export interface BackoffTimes {
  /** Ms before the first restart; each further one waits twice as long. */
  readonly firstMs: number;
  /** Ms that no restart waits longer than. */
  readonly longestMs: number;
  /** Ms after which a run counts as a success: the next restart waits as the first one did. */
  readonly settledMs: number;
}

export interface LogLimits {
  /** Bytes that make a file full. */
  readonly fileBytes: number;
  /** Full ones and the current one, at least 2. */
  readonly files: number;
}

export const SUPERVISION: Supervision = {
  backoff: { firstMs: 1_000, longestMs: 30_000, settledMs: 60_000 },
  log: { fileBytes: 10 * 2 ** 20, files: 5 },
};
