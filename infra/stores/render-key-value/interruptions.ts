import { isOnly, waitsForStore, type Effected, type PlannedChange } from "../../interruption.ts";
import type { RenderKeyValuePlan } from "./plan.ts";

/** docs.render.com/redis as read in 2026-08: docs/stores/render-key-value.md. What rules of access do, it does not say. */
export function interruptsStore({ step, before }: PlannedChange<RenderKeyValuePlan>): Effected | undefined {
  if (!step.properties.includes("plan")) return undefined;
  if (before.plan === "free")
    return {
      effect: "loss",
      how: "loses all that it holds: Render deletes what a free instance has when its plan changes",
    };
  if (!isOnly(step, "plan", "openToInternet")) return undefined;
  return waitsForStore("is away for a minute or two while its plan changes");
}
