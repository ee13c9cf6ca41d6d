/** The ten criteria of the 2025 analysis, in its order, then what it did not count. */
export const CRITERION_IDS = [
  "cost",
  "setup",
  "maintenance",
  "scalability",
  "reliability",
  "latency",
  "workers",
  "redis",
  "learning",
  "production",
  "ai",
  "upkeep",
  "commands",
] as const;

export type CriterionId = (typeof CRITERION_IDS)[number];
