import { defineHost } from "../../host.ts";
import { localFleet } from "./config.ts";
import { planFleet } from "./plan.ts";
import { interruptsFleet } from "./interruptions.ts";
import { priceFleet } from "./pricing.ts";

/** This machine: the image's processes under our own supervisor. */
export const local = defineHost({
  name: "local",
  config: localFleet,
  images: ["bundle"],
  reaches: () => ["loopback", "internet"],
  // Nobody but our supervisor kills here; the time is what an operator would wait.
  maxGraceSeconds: 300,
  cannot: [
    "start again after a reboot: the secrets are in nobody's file, so `oxy up` starts it",
    "hold a process to its memory: only its JavaScript heap is limited, to three quarters of it",
    "run an image from a registry: it runs bundles, which need no container engine",
  ],
  plan: planFleet,
  price: priceFleet,
  interrupts: interruptsFleet,
  deployment: () => import("./pulumi.ts"),
  operations: () => import("./operations.ts"),
});
