import { waitsForStore, isOnly, type Effected, type PlannedChange } from "../../interruption.ts";
import type { UpstashStorePlan } from "./plan.ts";

/** The smaller first; what is paid by command is among them nowhere. */
const BY_SIZE: readonly UpstashStorePlan["plan"][] = [
  "free",
  "fixed_250mb",
  "fixed_1gb",
  "fixed_5gb",
  "fixed_10gb",
  "fixed_50gb",
];

/** Upstash docs, 2026-08: an upgrade takes 1 to 2 s, in which clients are disconnected. docs/stores/upstash.md */
export function interruptsStore({
  step,
  before,
  after,
}: PlannedChange<UpstashStorePlan>): Effected | undefined {
  if (!isOnly(step, "plan")) return undefined;
  const [old, fresh] = [before, after].map(({ plan }) => BY_SIZE.indexOf(plan));
  const isUpgrade = old !== undefined && fresh !== undefined && old >= 0 && fresh > old;
  return waitsForStore(
    isUpgrade
      ? "changes its plan, for which Upstash disconnects everybody for 1 to 2 s"
      : "changes its plan, for which Upstash may disconnect everybody; for how long is unknown where it is no upgrade",
  );
}
