/** What is looked at; `observation.ts` says what it is read from. */
export type Measure =
  | "oldestWaitingSeconds"
  | "waitingConversations"
  | "oldestJobSeconds"
  | "replyP95Seconds"
  | "sessionDownSeconds"
  | "sessionLoggedOut"
  | "sessionRestricted"
  | "aiBudgetPercent"
  | "aiBreakersOpen"
  | "redisMemoryPercent"
  | "redisEvictions"
  | "consumptionStopped"
  | "shardsFree"
  | "leasesLost"
  | "bulkPaused"
  | "partsStuck"
  | "unusuallyQuiet";

/** Something that people must be told. Plain data: docs/alerts.md is made of it. */
export interface Rule {
  readonly id: string;
  /** Fires once for the deployment, or once for each organization that it is true of. */
  readonly of: "deployment" | "organization";
  readonly severity: "critical" | "warning";
  readonly measure: Measure;
  /** For the page. */
  readonly what: string;
  readonly unit: "s" | "%" | "";
  /** It is bad from this value on. */
  readonly from: number;
  /** And good again below this one; between the two it stays what it was. */
  readonly until: number;
  /** For how long it must be bad without a break, in s. */
  readonly forSeconds: number;
  /** For how long it must be good without a break, in s. */
  readonly clearSeconds: number;
  /** For people: `{value}`, `{from}`, `{organization}` and `{detail}` are put in. */
  readonly sentence: string;
  readonly resolved: string;
  /** What whoever reads it can do. */
  readonly todo: string;
  /** For the page: where to look, and what it mostly is. */
  readonly runbook: string;
}
