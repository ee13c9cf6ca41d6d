import { handsOver, isOnly, type Effected, type FleetChange } from "../../interruption.ts";
import type { FlyFleetPlan } from "./plan.ts";

/** Machine by machine: docs/hosts/fly.md. */
export function interruptsFleet({
  step,
  before,
  after,
  process,
}: FleetChange<FlyFleetPlan>): Effected | undefined {
  if (process === undefined) return step.type === APP ? interruptsApp(after) : undefined;
  const [old, fresh] = [before, after].map(({ processes }) =>
    processes.find(({ name }) => name === process.name),
  );
  if (isOnly(step, "machines")) {
    const [from = 0, to = 0] = [old?.machines, fresh?.machines];
    if (to >= from) return { effect: "none", how: "keeps its machines, and gets more beside them" };
    return handsOver(process, `goes from ${from} to ${to} machines; those that go are drained`);
  }
  const handedOver = handsOver(
    process,
    "is exchanged machine by machine: a new one starts beside the old one, which is drained when that is ready",
  );
  if ((old?.volumeGb ?? 0) === 0) return handedOver;
  return {
    effect: "loss",
    how: `${handedOver.how}; what is on the old machine's volume is deleted with it, of which this worker needs nothing`,
  };
}

const APP = "oxy:index:App";

/** Secrets reach machines when these are exchanged. */
function interruptsApp({ processes }: FlyFleetPlan): Effected {
  if (processes.some(({ isPublic }) => isPublic)) return { effect: "none", how: "is changed in place" };
  return { effect: "pause", how: "has no address any more, so that nobody reaches its HTTP server" };
}
