import { defineHost } from "../../host.ts";
import { localFleet } from "./config.ts";
import { GRACE_SECONDS, planFleet } from "./plan.ts";

/** This machine: the image's processes under our own supervisor. */
export const local = defineHost({
  name: "local",
  config: localFleet,
  images: ["bundle"],
  reaches: ["loopback", "internet"],
  maxGraceSeconds: GRACE_SECONDS,
  cannot: ["start again after a reboot: the secrets are in nobody's file, so `oxy up` starts it"],
  plan: planFleet,
  deployment: () => import("./pulumi.ts"),
  operations: () => import("./operations.ts"),
});
