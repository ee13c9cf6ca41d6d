import type { StoreConfig } from "../../config.ts";
import type { StackPlan } from "../../plan.ts";
import { storeNamed } from "../../stores.ts";
import type { Cost } from "../cost/cost.ts";
import { hostingCost } from "../cost/hosting-cost.ts";
import type { Estimate } from "../estimate.ts";
import { THEN, type EvidenceParts } from "./evidence.ts";
import { ANALYSIS_TOTALS, sumOf, type SaidLine, type SaidTotal, type SaidTotalId } from "./totals-said.ts";
import { verdictOf, type Verdict } from "./verdict.ts";

/** A total of the analysis, beside what such a stack was really billed that month, and is now. */
export interface ExplainedTotal {
  readonly id: SaidTotalId;
  readonly title: string;
  /** As the analysis prints it. */
  readonly printed: string;
  readonly lines: readonly SaidLine[];
  /** What its lines come to. */
  readonly said: Estimate;
  /** What is priced beside it. */
  readonly priced: string;
  readonly before: Cost;
  readonly now: Cost;
  /** Why that is another thing, where it is. */
  readonly differs?: string;
  readonly verdict: Verdict;
}

/** The store that its option 5 takes in place of what there is. */
const PAYG = { kind: "upstash", region: "us-west-2", plan: "payg" } as const;

/** Whose plans have to be given. */
export const EXAMPLES_EXPLAINED = [
  "render-current",
  "railway",
  "fly-gru",
  "aws-minimal",
  "aws-recommended",
] as const satisfies readonly SaidTotalId[];

/** In the order of the analysis. */
export function explainedTotals(parts: EvidenceParts): readonly ExplainedTotal[] {
  return (Object.keys(ANALYSIS_TOTALS) as SaidTotalId[]).map((id) => explainedTotal(id, parts));
}

function explainedTotal(id: SaidTotalId, { catalogue, day, plans, usage }: EvidenceParts): ExplainedTotal {
  const total: SaidTotal = ANALYSIS_TOTALS[id];
  const { plan, priced } = pricedBeside(id, plans);
  const before = hostingCost(plan, { catalogue, usage, day: THEN });
  const now = hostingCost(plan, { catalogue, usage, day });
  return {
    ...total,
    id,
    said: sumOf(total),
    priced,
    before,
    now,
    verdict: verdictOn(total, before.total, now.total),
  };
}

function verdictOn(total: SaidTotal, before: Estimate, now: Estimate): Verdict {
  if (total.differs !== undefined) return "not like for like";
  const said = sumOf(total);
  return said.kind === "known" ? verdictOf(said, before, now) : "unknown";
}

function pricedBeside(
  id: SaidTotalId,
  plans: EvidenceParts["plans"],
): { readonly plan: StackPlan; readonly priced: string } {
  if (id !== "render-payg") return { plan: planOf(id, plans), priced: `example ${id}` };
  const current = planOf("render-current", plans);
  const store = storeNamed(PAYG.kind);
  const { kind, ...given } = PAYG;
  const config = { kind, ...store.config.parse(given) } as StoreConfig;
  return {
    plan: { ...current, store: store.plan({ stack: current.stack, production: current.production, config }) },
    priced: "example render-current with Upstash by the command",
  };
}

/** @throws Error when there is no such example */
function planOf(id: string, plans: EvidenceParts["plans"]): StackPlan {
  const plan = plans[id];
  if (plan === undefined) throw new Error(`no example is named ${id}`);
  return plan;
}
