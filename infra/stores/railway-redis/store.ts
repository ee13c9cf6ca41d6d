import { defineStore } from "../../store.ts";
import { railwayRedis, type RailwayRedisConfig } from "./config.ts";
import { interruptsStore } from "./interruptions.ts";
import { planStore } from "./plan.ts";
import { priceStore } from "./pricing.ts";

/** A Redis with a volume in the stack's project at Railway. */
export const railwayRedisStore = defineStore({
  kind: "railway-redis",
  config: railwayRedis,
  reachableFrom: ({ openToInternet }: RailwayRedisConfig) => [
    "private:railway/project",
    ...(openToInternet ? (["internet"] as const) : []),
  ],
  api: { title: "Railway", checkedAgainst: "Railway's public GraphQL schema of 2026-04" },
  cannot: [
    "be redeployed without a pause: Railway never mounts a volume in two deployments, so the old one ends first",
    "encrypt what goes through its TCP proxy: whoever opens it to the internet sends its password and data in clear",
    "fail over: there is one instance, because replicas cannot share a volume",
  ],
  plan: planStore,
  price: priceStore,
  interrupts: interruptsStore,
  deployment: () => import("./pulumi.ts"),
});
