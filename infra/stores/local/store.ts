import { defineStore } from "../../store.ts";
import { localStore } from "./config.ts";
import { planStore } from "./plan.ts";

/** A redis-server of this machine, of the stack alone. */
export const local = defineStore({
  kind: "local",
  config: localStore,
  reachableFrom: () => ["loopback"],
  cannot: ["survive the loss of this machine's disk"],
  plan: planStore,
  deployment: () => import("./pulumi.ts"),
});
