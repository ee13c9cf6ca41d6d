import type { StoreConfig } from "../../config.ts";
import type { StackPlan } from "../../plan.ts";
import { storeNamed } from "../../stores.ts";
import type { Cost } from "../cost/cost.ts";
import { hostingCost } from "../cost/hosting-cost.ts";
import type { Estimate } from "../estimate.ts";
import { THEN, type EvidenceParts } from "./evidence.ts";
import { ANALYSIS_TOTALS, sumOf, type SaidLine, type SaidTotalId } from "./totals-said.ts";
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
  /** Of what it says, by what is there to pay now whatever is used. */
  readonly verdict: Verdict;
}

/** The store that its option 5 takes in place of what there is. */
const PAYG = { kind: "upstash", region: "us-west-2", plan: "payg" } as const;

/** In the order of the analysis. */
export function explainedTotals({ catalogue, day, plans, usage }: EvidenceParts): readonly ExplainedTotal[] {
  return (Object.keys(ANALYSIS_TOTALS) as SaidTotalId[]).map((id) => {
    const total = ANALYSIS_TOTALS[id];
    const { plan, priced } = pricedBeside(id, plans);
    const before = hostingCost(plan, { catalogue, usage, day: THEN });
    const now = hostingCost(plan, { catalogue, usage, day });
    const said = sumOf(total);
    return {
      id,
      title: total.title,
      printed: total.printed,
      lines: total.lines,
      said,
      priced,
      before,
      now,
      verdict: said.kind === "known" ? verdictOf(said, before.total, now.total) : "unknown",
    };
  });
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
