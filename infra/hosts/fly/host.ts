import { defineHost } from "../../host.ts";
import { flyFleet } from "./config.ts";
import { planFleet } from "./plan.ts";
import { interruptsFleet } from "./interruptions.ts";
import { priceFleet } from "./pricing.ts";

/** Fly.io: the image on machines of an app, one app for each fleet. */
export const fly = defineHost({
  name: "fly",
  config: flyFleet,
  images: ["registry"],
  reaches: () => ["internet"],
  // Fly docs, reference/configuration, 2026-08: kill_timeout.
  maxGraceSeconds: 300,
  api: { title: "Fly.io", checkedAgainst: "the schemas of @distilled.cloud/fly-io 0.20.1 (2026)" },
  cannot: [
    "scale to zero: nothing asks a worker for anything, so nothing would start its machine again",
    "start a process again because it fails its health check: only one that ends is started again",
    "promise the whole grace period: Fly calls kill_timeout a best effort",
    "find room: in a region without capacity Fly refuses a machine, and `oxy up` says so",
    "hand a volume on: a machine that takes another's place begins with an empty one, and the one before is deleted",
    "have its metrics collected: the worker serves none for Fly's Prometheus yet",
  ],
  plan: planFleet,
  price: priceFleet,
  interrupts: interruptsFleet,
  deployment: () => import("./pulumi.ts"),
  operations: () => import("./operations.ts"),
});
