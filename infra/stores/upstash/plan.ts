import type { StorePlan } from "../../store.ts";
import type { UpstashStoreConfig } from "./config.ts";

export interface UpstashStorePlan extends StorePlan {
  readonly kind: "upstash";
  readonly region: UpstashStoreConfig["region"];
  /** As the API names it. */
  readonly plan: (typeof API_PLANS)[UpstashStoreConfig["plan"]];
  /** As the API takes it; 0 leaves what Upstash has. */
  readonly budget: number;
  readonly prodPack: boolean;
  readonly databaseId?: string;
  /** It exists, and is kept as it is found. */
  readonly held?: true;
}

const API_PLANS = {
  free: "free",
  payg: "payg",
  "250mb": "fixed_250mb",
  "1gb": "fixed_1gb",
  "5gb": "fixed_5gb",
  "10gb": "fixed_10gb",
  "50gb": "fixed_50gb",
} as const;

/** Upstash docs, redis/features/consistency and durability, 2026-08. */
const MAY_LOSE = {
  free: "what was not yet on the disk of its one machine, if that one dies",
  paid: "what was not yet copied to another replica, if the one that leads dies",
} as const;

export function planStore(request: {
  readonly production: boolean;
  readonly config: UpstashStoreConfig;
}): UpstashStorePlan {
  const { region, plan, budget, prodPack, databaseId, hold } = request.config;
  return {
    kind: "upstash",
    identity: `upstash/${region}${databaseId === undefined ? "" : `/${databaseId}`}`,
    mayLose: plan === "free" ? MAY_LOSE.free : MAY_LOSE.paid,
    protected: request.production,
    region,
    plan: API_PLANS[plan],
    budget: plan === "payg" ? budget : 0,
    prodPack,
    ...(databaseId === undefined ? {} : { databaseId }),
    ...(hold ? { held: true as const } : {}),
  };
}
