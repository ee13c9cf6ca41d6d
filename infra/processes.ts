import type { Copies, ProcessPlan } from "./host.ts";
import type { PlannedValue, Role } from "./workload.ts";

/** How the roles of a fleet are divided: one service has them all, or HTTP and sessions have one each. */
export type Layout = "one" | "two";

const ONE: Copies = { least: 1, most: 1 };
const ROLES: Readonly<Record<Layout, readonly Role[]>> = { one: ["all"], two: ["web", "worker"] };

/**
 * The processes of a fleet, named by their role; whoever serves HTTP can be reached.
 * @param copies of whoever holds sessions; one is enough to serve HTTP
 */
export function processesOf(
  layout: Layout,
  environment: Readonly<Record<string, PlannedValue>>,
  copies: Copies = ONE,
): readonly ProcessPlan[] {
  return ROLES[layout].map((role) => ({
    name: role,
    role,
    environment: { ...environment, OXY_ROLE: role },
    isPublic: role !== "worker",
    copies: role === "web" ? ONE : copies,
  }));
}
