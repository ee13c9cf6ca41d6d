import { defineStore } from "../../store.ts";
import { elastiCacheStore, type ElastiCacheStoreConfig } from "./config.ts";
import { interruptsStore } from "./interruptions.ts";
import { chosenOf, groupIdOf, LONGEST_ID, planStore } from "./plan.ts";
import { priceStore } from "./pricing.ts";

/** A Valkey at ElastiCache, in the VPC of the stack. */
export const elastiCache = defineStore({
  kind: "elasticache",
  config: elastiCacheStore,
  reachableFrom: ({ region }: ElastiCacheStoreConfig) => [`private:aws/${region}`],
  refusals: refusalsOf,
  secrets: ["OXY_STORE_PASSWORD"],
  api: {
    title: "AWS",
    checkedAgainst: "the types of @pulumi/aws 7.48.0 and @cdktf/provider-aws 21.22.1",
  },
  cannot: [
    "be reached from outside its VPC: commands go through the admin API, which needs the fleet's load balancer",
    "keep an append-only file: these engines have none, and what no replica has is lost with its node",
    "be serverless: ElastiCache Serverless evicts keys when it is full, and that cannot be switched off",
    "be moved to another region: a store there is another one",
  ],
  plan: planStore,
  price: priceStore,
  interrupts: interruptsStore,
  deployment: () => import("./pulumi.ts"),
});

function refusalsOf(config: ElastiCacheStoreConfig, production: boolean, stack: string): string[] {
  const { replicas, snapshotDays } = chosenOf(config);
  const id = groupIdOf(stack);
  return [
    ...(config.engine === "serverless"
      ? [
          "engine: expected node, because ElastiCache Serverless evicts keys when it is full and cannot be told not to, got serverless",
        ]
      : []),
    ...(production && replicas === 0
      ? [
          "replicas: expected 1 or more in production, because a single node that dies takes all conversations and WhatsApp sessions since the last snapshot, got 0",
        ]
      : []),
    ...(production && snapshotDays === 0
      ? [
          "snapshotDays: expected 1 or more in production, because no replica brings back what was deleted by mistake, got 0",
        ]
      : []),
    ...(id.length > LONGEST_ID || id.endsWith("-") || id.includes("--")
      ? [
          `kind: expected a stack whose name makes a replication group of at most ${LONGEST_ID} characters without -- in it, got ${id} (${id.length})`,
        ]
      : []),
  ];
}
