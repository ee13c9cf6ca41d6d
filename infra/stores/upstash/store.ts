import { upstash as api } from "../../provider/upstash/api.ts";
import { defineStore } from "../../store.ts";
import { upstashStore, type UpstashStoreConfig } from "./config.ts";
import { interruptsStore } from "./interruptions.ts";
import { planStore } from "./plan.ts";
import { priceStore } from "./pricing.ts";

/** A Redis database at Upstash, reached over the internet. */
export const upstash = defineStore({
  kind: "upstash",
  config: upstashStore,
  reachableFrom: () => ["internet"],
  refusals: refusalsOf,
  api,
  cannot: [
    "be reached over a private network: every command crosses the internet, and hosts that bill outgoing traffic bill it",
    "bear a mark of its stack: the database named oxy-<stack> in the region is taken for the stack's own",
    "grow by itself: auto-upgrade is kept off, because the stack's config says the plan, and a full database refuses writes",
    "be moved to another region: a database there is another one",
  ],
  plan: planStore,
  price: priceStore,
  interrupts: interruptsStore,
  deployment: () => import("./pulumi.ts"),
});

function refusalsOf(
  { plan, budget, prodPack, databaseId, hold }: UpstashStoreConfig,
  production: boolean,
): string[] {
  // Held, it is on whatever plan it is.
  if (hold)
    return databaseId === undefined
      ? ["databaseId: expected the id of the database to be held, because hold is true, got nothing"]
      : [];
  return [
    ...(production && plan === "free"
      ? [
          "plan: expected a paid one in production, because free stops after 500,000 commands a month, got free",
        ]
      : []),
    ...(budget === 0 || plan === "payg"
      ? []
      : [`budget: expected 0, because plan ${plan} has a fixed price, got ${budget}`]),
    ...(prodPack && plan === "free"
      ? ["prodPack: expected false, because plan free has none, got true"]
      : []),
  ];
}
