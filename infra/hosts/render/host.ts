import { defineHost } from "../../host.ts";
import { renderFleet } from "./config.ts";
import { interruptsFleet } from "./interruptions.ts";
import { priceFleet } from "./pricing.ts";
import { planFleet, refusalsOf } from "./plan.ts";

/** Render: a web service and a background worker, or a web service that is both. */
export const render = defineHost({
  name: "render",
  config: renderFleet,
  images: ["registry"],
  // Traffic inside a region costs nothing, what leaves it does.
  reaches: ({ region }) => [`private:render/${region}`, "internet"],
  // maxShutdownDelaySeconds of its API; 30 unless told otherwise.
  maxGraceSeconds: 300,
  refusals: refusalsOf,
  api: { title: "Render", checkedAgainst: "Render's public OpenAPI description, early 2026" },
  cannot: [
    "run in South America: its regions are in the United States, Germany and Singapore",
    "probe a background worker: its health check is for web services, so a worker counts as live when it keeps running",
    "let anybody reach a background worker: it takes no traffic, not even from the private network",
    "keep a disk: one pins a service to one instance and stops it before the next one starts, so none is offered",
    "move a service to another region: that makes another service",
    "scale by the length of a queue: its autoscaling knows CPU and memory",
    "scale to zero: an instance that costs nothing sleeps, and who sleeps holds no WhatsApp session",
  ],
  plan: planFleet,
  price: priceFleet,
  interrupts: interruptsFleet,
  deployment: () => import("./pulumi.ts"),
  operations: () => import("./operations.ts"),
});
