import { describe, expect, test } from "vitest";
import { upstashStore, type UpstashStoreConfig } from "./config.ts";
import { planStore } from "./plan.ts";
import { upstash } from "./store.ts";

function config(fields: object = {}): UpstashStoreConfig {
  return { kind: "upstash", ...upstashStore.parse(fields) };
}

function refused(fields: object, production = false): readonly string[] {
  return upstash.refusals?.(config(fields), production, "trial") ?? [];
}

test("without a word it is the plan that Upstash advises for queues", () => {
  expect(planStore({ production: false, config: config() })).toMatchObject({
    plan: "fixed_250mb",
    budget: 0,
    prodPack: false,
  });
});

test("it stays the same one while plan, budget and Prod Pack change, and is another one elsewhere", () => {
  const identityOf = (fields: object) => planStore({ production: true, config: config(fields) }).identity;
  const own = identityOf({ region: "sa-east-1" });
  expect(identityOf({ region: "sa-east-1", plan: "payg", budget: 30, prodPack: true })).toBe(own);
  expect(identityOf({ region: "us-east-1" })).not.toBe(own);
  expect(identityOf({ region: "sa-east-1", databaseId: "96ad0856-03b1" })).not.toBe(own);
});

describe("what cannot work is refused:", () => {
  test("a budget where the price is fixed", () => {
    expect(refused({ plan: "1gb", budget: 30 })).toEqual([
      "budget: expected 0, because plan 1gb has a fixed price, got 30",
    ]);
    expect(refused({ plan: "payg", budget: 30 })).toEqual([]);
  });

  test("the Prod Pack of a database that costs nothing", () => {
    expect(refused({ plan: "free", prodPack: true })).toEqual([
      "prodPack: expected false, because plan free has none, got true",
    ]);
  });

  test("a free database in production", () => {
    expect(refused({ plan: "free" }, true)).toEqual([
      "plan: expected a paid one in production, because free stops after 500,000 commands a month, got free",
    ]);
    expect(refused({ plan: "free" })).toEqual([]);
    expect(refused({ plan: "250mb" }, true)).toEqual([]);
  });
});

test("an existing database is held only by its id, and then on whatever plan it is", () => {
  expect(refused({ hold: true })).toEqual([
    "databaseId: expected the id of the database to be held, because hold is true, got nothing",
  ]);
  const held = { hold: true, databaseId: "96ad0856-03b1", plan: "free" };
  expect(refused(held, true)).toEqual([]);
  expect(planStore({ production: true, config: config(held) })).toMatchObject({
    held: true,
    protected: true,
  });
});
