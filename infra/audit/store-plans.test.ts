import { describe, expect, test } from "vitest";
import { Catalogue } from "../compare/catalogue/catalogue.ts";
import { PRICES } from "./audit-fixture.ts";
import type { Commands } from "./rates.ts";
import { storePlans } from "./store-plans.ts";

const DAY = "2026-11-25";
const month = (client: number, all: number): Commands => ({
  client: { counted: client, atMost: all, others: false },
  all,
});

describe("how to pay for commands", () => {
  test("few are cheaper by the command", () => {
    const plans = storePlans(PRICES, DAY, month(100_000, 1_000_000), 1e6);
    expect(plans).toMatchObject({
      advice: "pay-as-you-go",
      payAsYouGo: { usd: { low: 0.5, high: 5 } },
      fixed: { id: "upstash/fixed/250mb", usd: { low: 10, high: 10 } },
    });
    expect(plans.payAsYouGo.entries.map(({ source }) => source)).toContain("a test");
  });

  test("many are cheaper by the size", () => {
    expect(storePlans(PRICES, DAY, month(3e6, 15e6), 1e6).advice).toBe("fixed");
  });

  test("it depends on whether scripts' commands are billed", () => {
    expect(storePlans(PRICES, DAY, month(1e6, 15e6), 1e6).advice).toBe("depends");
  });

  test("the plan is the smallest that holds what is stored, and beyond what is included storage costs", () => {
    expect(storePlans(PRICES, DAY, month(0, 0), 251e6).fixed?.id).toBe("upstash/fixed/1gb");
    const large = storePlans(PRICES, DAY, month(0, 0), 3e9);
    expect(large.fixed).toBeNull();
    expect(large.payAsYouGo.usd).toEqual({ low: 2, high: 2 });
    expect(large.advice).toBe("unknown");
  });

  test("how much is stored is not known of every Redis, and then neither is what holds it nor what it costs", () => {
    expect(storePlans(PRICES, DAY, month(1e6, 1e6), undefined)).toMatchObject({
      advice: "unknown",
      payAsYouGo: { usd: null },
      fixed: null,
    });
  });

  test("a price that is not known that day leaves it unknown, and is not 0", () => {
    const before = storePlans(PRICES, "2024-01-01", month(1e6, 1e6), 1e6);
    expect(before).toMatchObject({ advice: "unknown", payAsYouGo: { usd: null, entries: [] }, fixed: null });
    expect(storePlans(new Catalogue([]), DAY, month(1, 1), 1).payAsYouGo.usd).toBeNull();
  });
});
