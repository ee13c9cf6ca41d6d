import type { ProcessPlan } from "./host.ts";
import type { PlannedValue, Role } from "./workload.ts";

/** How the roles of a fleet are divided: one service has them all, or HTTP and sessions have one each. */
export type Layout = "one" | "two";

const ROLES: Readonly<Record<Layout, readonly Role[]>> = { one: ["all"], two: ["web", "worker"] };

/** The processes of a fleet, named by their role; whoever serves HTTP can be reached. */
export function processesOf(
  layout: Layout,
  environment: Readonly<Record<string, PlannedValue>>,
): readonly ProcessPlan[] {
  return ROLES[layout].map((role) => ({
    name: role,
    role,
    environment: { ...environment, OXY_ROLE: role },
    isPublic: role !== "worker",
  }));
}
