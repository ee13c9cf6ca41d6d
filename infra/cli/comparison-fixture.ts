import { isSamePlace } from "../compare/capacity/places.ts";
import { loadCatalogue, type Catalogue } from "../compare/catalogue/catalogue.ts";
import { compare, type Comparison, type ComparisonRequest } from "../compare/comparison.ts";
import { EQUAL_WEIGHTS } from "../compare/decision/weights.ts";
import { UNKNOWN_USAGE, type Usage } from "../compare/usage.ts";
import { projectDirectory } from "../home.ts";
import { analysedPlans, askedTargets } from "./compare-targets.ts";
import { openProject } from "./project.ts";

const TODAY = "2026-11-25";

/** All that can be said of usage. */
export const FULL_USAGE: Usage = {
  ...UNKNOWN_USAGE,
  messages: { low: 500_000, high: 500_000 },
  sessions: { low: 10, high: 10 },
  ai: {
    model: "gpt-4o-mini",
    inputTokens: { low: 1_000, high: 1_000 },
    outputTokens: { low: 200, high: 200 },
    cachedShare: { low: 0.1, high: 0.1 },
  },
  hourlyRate: { low: 80, high: 80 },
  upkeepHours: { render: { low: 1, high: 2 }, fly: { low: 2, high: 3 } },
};

export interface AskedComparison extends Partial<Omit<ComparisonRequest, "targets" | "analysis">> {
  /** As `--targets` has them; every example unless told. */
  readonly specs?: readonly string[];
  readonly isExplained?: boolean;
}

/** A comparison of this project's own targets, by its own catalogue. */
export async function comparisonOf({ specs = [], isExplained, ...asked }: AskedComparison = {}): Promise<{
  readonly comparison: Comparison;
  readonly catalogue: Catalogue;
}> {
  const project = await openProject(projectDirectory);
  const catalogue = asked.catalogue ?? (await loadCatalogue());
  const targets = await askedTargets({ stacks: [], examples: undefined, specs }, project, isSamePlace);
  const comparison = compare({
    targets,
    catalogue,
    day: TODAY,
    today: TODAY,
    usage: FULL_USAGE,
    weights: EQUAL_WEIGHTS,
    situation: {},
    ...asked,
    ...(isExplained === undefined ? {} : { analysis: { plans: await analysedPlans(project), isExplained } }),
  });
  return { comparison, catalogue };
}
