import type { StackPlan } from "../../plan.ts";
import type { TargetCost } from "../cost/cost.ts";
import type { Estimate } from "../estimate.ts";

/** What is known of a target that decisions are made from. */
export interface TargetFacts {
  readonly name: string;
  readonly plan: StackPlan;
  readonly cost: TargetCost;
  /** Hours of work, once, until it is there. */
  readonly setupHours: Figure;
  /** Hours of work a month. */
  readonly upkeepHours: Figure;
  /** Round trip between São Paulo and its processes, in ms. */
  readonly brazilMs: Figure;
  /** Minutes a month without answers: what its parts promise by contract, and what deploys and take-overs were measured to take. */
  readonly downMinutes: Figure;
  /** Commands to the store in a month. */
  readonly storeCommands: Estimate;
}

/** A number and who says so. */
export interface Figure {
  readonly estimate: Estimate;
  /** Ids of the catalogue. */
  readonly sources: readonly string[];
  /** Nobody measured it: somebody thinks so. */
  readonly isOpinion?: true;
}
