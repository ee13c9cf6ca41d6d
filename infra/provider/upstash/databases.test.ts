import { expect, test } from "vitest";
import { DATABASE_PLANS, PLAN_BYTES, planInForce } from "./database-plan.ts";
import { hostOf, regionOf, urlOf, type Database } from "./databases.ts";

const database: Database = {
  database_id: "id",
  database_name: "oxy-trial",
  region: "global",
  primary_region: "us-east-1",
  endpoint: "beloved-stallion-58500",
  port: 6379,
  password: "p@ss:word",
  tls: true,
  state: "active",
};

test("an address is whole, and its scheme that of the database", () => {
  expect(hostOf(database)).toBe("beloved-stallion-58500.upstash.io");
  expect(urlOf(database)).toBe("rediss://default:p%40ss%3Aword@beloved-stallion-58500.upstash.io:6379");
  const own = { ...database, endpoint: "eu2-sought-mollusk-30143.upstash.io", tls: false };
  expect(urlOf(own)).toBe("redis://default:p%40ss%3Aword@eu2-sought-mollusk-30143.upstash.io:6379");
  const { password: _, ...without } = database;
  expect(urlOf(without)).toBeUndefined();
});

test("the region of an old database is its own, of any other its primary one", () => {
  expect(regionOf(database)).toBe("us-east-1");
  expect(regionOf({ ...database, region: "eu-west-1", primary_region: "" })).toBe("eu-west-1");
});

test.each(DATABASE_PLANS.filter((plan) => plan.startsWith("fixed_")))(
  "plan %s is told by what it may hold, whichever GB the API means",
  (plan) => {
    for (const unit of [1, 1000 ** 2 / 1024 ** 2, 1000 ** 3 / 1024 ** 3])
      expect(planInForce({ type: "paid", db_disk_threshold: PLAN_BYTES[plan] * unit })).toBe(plan);
  },
);

test("free and pay-as-you-go are told by their type, and what fits none is not guessed", () => {
  expect(planInForce({ type: "free", db_disk_threshold: PLAN_BYTES.fixed_250mb })).toBe("free");
  expect(planInForce({ type: "payg", db_disk_threshold: 1 })).toBe("payg");
  // As the description's own example has it.
  expect(planInForce({ type: "paid", db_disk_threshold: 107_374_182_400 })).toBe("payg");
  expect(planInForce({ type: "paid", db_disk_threshold: 500 * 1024 ** 3 })).toBeUndefined();
  expect(planInForce({ type: "pro" })).toBeUndefined();
});
