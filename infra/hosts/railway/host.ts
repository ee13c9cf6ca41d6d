import { defineHost } from "../../host.ts";
import { railwayFleet } from "./config.ts";
import { planFleet } from "./plan.ts";
import { interruptsFleet } from "./interruptions.ts";
import { priceFleet } from "./pricing.ts";

/** Services of Railway, from an image, in one project per stack. */
export const railway = defineHost({
  name: "railway",
  config: railwayFleet,
  images: ["registry"],
  // Each stack has a project of its own, and a project's services a private network.
  reaches: () => ["private:railway/project", "internet"],
  // No maximum is documented; nobody should wait longer for an update.
  maxGraceSeconds: 300,
  api: { title: "Railway", checkedAgainst: "Railway's public GraphQL schema of 2026-04" },
  cannot: [
    "notice a process that hangs: its health check is asked while a deployment starts, and never again",
    "tell which process answers: requests go to a random replica, and there are no sticky sessions",
    "promise the drain time when a service is deleted: its documentation speaks of replaced deployments only, so a service is stopped before it is deleted",
    "be left alone by its operator: Railway moves services between machines by redeploying them",
    "run in South America: the nearest region is Virginia",
  ],
  plan: planFleet,
  price: priceFleet,
  interrupts: interruptsFleet,
  deployment: () => import("./pulumi.ts"),
  operations: () => import("./operations.ts"),
});
