import { defineStore } from "../../store.ts";
import { renderKeyValueStore, type RenderKeyValueConfig } from "./config.ts";
import { interruptsStore } from "./interruptions.ts";
import { planStore } from "./plan.ts";
import { priceStore } from "./pricing.ts";

/** A Key Value instance (Valkey 8) at Render, of the stack alone. */
export const renderKeyValue = defineStore({
  kind: "render-key-value",
  config: renderKeyValueStore,
  reachableFrom: ({ region, openToInternet }: RenderKeyValueConfig) => [
    `private:render/${region}`,
    ...(openToInternet ? (["internet"] as const) : []),
  ],
  refusals: ({ plan }, production) =>
    production && plan === "free"
      ? [
          "plan: expected a paid one in production, because free forgets everything when it restarts, got free",
        ]
      : [],
  api: { title: "Render", checkedAgainst: "Render's public OpenAPI description, early 2026" },
  cannot: [
    "become smaller: Render changes an instance type upwards only, and the instance is away for a minute or two while it does",
    "keep what a free instance holds when its plan changes: Render deletes it",
    "move to another region: that makes another instance, without the data",
    "survive the loss of its one instance without a pause: it has no replica",
    "bear a label: its access rules say whose it is, by a rule that lets nobody in while it is not open to the internet",
  ],
  plan: planStore,
  price: priceStore,
  interrupts: interruptsStore,
  deployment: () => import("./pulumi.ts"),
});
