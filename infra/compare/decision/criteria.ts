import type { CriterionId } from "./criterion-ids.ts";
import { aiCriterion, commandsCriterion, costCriterion, upkeepCriterion } from "./money-criteria.ts";
import {
  latencyCriterion,
  maintenanceCriterion,
  reliabilityCriterion,
  setupCriterion,
} from "./figure-criteria.ts";
import {
  learningCriterion,
  productionCriterion,
  redisCriterion,
  scalabilityCriterion,
  workersCriterion,
} from "./plan-criteria.ts";
import type { Score } from "./score.ts";
import type { TargetFacts } from "./target-facts.ts";

/** One question of the matrix. */
export interface Criterion {
  readonly label: string;
  /** What it asks, and how its points are made. */
  readonly about: string;
  /** Whether the answer can differ between targets. */
  readonly isOfTarget: boolean;
  readonly score: (facts: TargetFacts) => Score;
}

export const CRITERIA: Readonly<Record<CriterionId, Criterion>> = {
  cost: costCriterion,
  setup: setupCriterion,
  maintenance: maintenanceCriterion,
  scalability: scalabilityCriterion,
  reliability: reliabilityCriterion,
  latency: latencyCriterion,
  workers: workersCriterion,
  redis: redisCriterion,
  learning: learningCriterion,
  production: productionCriterion,
  ai: aiCriterion,
  upkeep: upkeepCriterion,
  commands: commandsCriterion,
};

/** How a target does by each criterion. */
export function scoresOf(facts: TargetFacts): Readonly<Record<CriterionId, Score>> {
  return Object.fromEntries(
    Object.entries(CRITERIA).map(([id, criterion]) => [id, criterion.score(facts)]),
  ) as Record<CriterionId, Score>;
}
