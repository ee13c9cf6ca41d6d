import { defineStore } from "../../store.ts";
import { localStore } from "./config.ts";
import { interruptsStore } from "./interruptions.ts";
import { planStore } from "./plan.ts";
import { priceStore } from "./pricing.ts";

/** A redis-server of this machine, of the stack alone. */
export const local = defineStore({
  kind: "local",
  config: localStore,
  reachableFrom: () => ["loopback"],
  cannot: ["survive the loss of this machine's disk"],
  plan: planStore,
  price: priceStore,
  interrupts: interruptsStore,
  deployment: () => import("./pulumi.ts"),
});
