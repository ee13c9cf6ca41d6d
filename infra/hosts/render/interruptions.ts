import { handsOver, isOnly, type Effected, type FleetChange } from "../../interruption.ts";
import type { RenderFleetPlan } from "./plan.ts";

/**
 * Render, "How Render handles zero-downtime deploys", 2026-04; the number of instances takes effect without a deploy.
 * docs/hosts/render.md
 */
export function interruptsFleet({
  step,
  process,
  before,
  after,
}: FleetChange<RenderFleetPlan>): Effected | undefined {
  if (process === undefined) return undefined;
  if (isOnly(step, "instances", "autoscaling")) {
    const [old, fresh] = [before, after].map((plan) => instancesOf(plan, process.name));
    if (old === undefined || fresh === undefined || fresh >= old)
      return { effect: "none", how: "keeps its instances, and may get more beside them" };
    return handsOver(process, `goes from ${old} to ${fresh} instances without a deploy`);
  }
  const isAsked = after.processes.some(
    ({ name, healthPath }) => name === process.name && healthPath !== undefined,
  );
  const when = isAsked ? "is live" : "runs, which is all that Render asks of a worker";
  return handsOver(
    process,
    `gets a new instance beside the old one, which is stopped 60 s after the new one ${when}`,
  );
}

function instancesOf({ processes }: RenderFleetPlan, name: string): number | undefined {
  return processes.find((process) => process.name === name)?.instances;
}
