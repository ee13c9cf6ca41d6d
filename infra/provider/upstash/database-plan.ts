import type { Database } from "./databases.ts";

/**
 * Plans of a database as the API takes them. The two fixed ones above 50 GB are left out: at 100 GB the API's answer
 * would not tell a fixed plan from pay-as-you-go.
 */
export const DATABASE_PLANS = [
  "free",
  "payg",
  "fixed_250mb",
  "fixed_1gb",
  "fixed_5gb",
  "fixed_10gb",
  "fixed_50gb",
] as const;

export type DatabasePlan = (typeof DATABASE_PLANS)[number];

/** Data that a database of each plan may hold, in bytes (Upstash docs, redis/overall/billing, 2026-06). */
export const PLAN_BYTES: Readonly<Record<DatabasePlan, number>> = {
  free: 256 * 1024 ** 2,
  payg: 100 * 1024 ** 3,
  fixed_250mb: 250 * 1024 ** 2,
  fixed_1gb: 1024 ** 3,
  fixed_5gb: 5 * 1024 ** 3,
  fixed_10gb: 10 * 1024 ** 3,
  fixed_50gb: 50 * 1024 ** 3,
};

/** Whether a GB is 1000³ or 1024³ bytes, the documentation leaves open: they differ by 7 %. */
const TOLERANCE = 0.08;

/**
 * The plan that a database is on. The API's answer says only of which type it is and how much it may hold.
 * @returns undefined when that fits none
 */
export function planInForce({
  type,
  db_disk_threshold: bytes,
}: Pick<Database, "type" | "db_disk_threshold">): DatabasePlan | undefined {
  const named = DATABASE_PLANS.find((plan) => plan === type);
  if (named !== undefined || bytes === undefined) return named;
  return DATABASE_PLANS.filter((plan) => plan !== "free").find(
    (plan) => Math.abs(bytes / PLAN_BYTES[plan] - 1) < TOLERANCE,
  );
}
