import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { catalogueWith } from "../compare/cost/catalogue-fixture.ts";
import { differencesOf } from "../compare/price-list/difference.ts";
import type { ListedPrice } from "../compare/price-list/read-price-list.ts";
import { differencesText } from "./prices-update-text.ts";

const IDS = Array.from({ length: 8 }, (_, index) => `aws/thing-${index}`);
const catalogue = catalogueWith({
  prices: { ...Object.fromEntries(IDS.map((id) => [id, 1])), "aws/unknown": null },
});

function listed(id: string, usd: readonly number[], published = "2026-11-20"): ListedPrice {
  return { id, service: "AmazonECS", usd, effective: "2026-11-10", published };
}

function told(prices: readonly ListedPrice[]): readonly string[] {
  const text = differencesText(differencesOf(prices, catalogue, "2026-11-25"), undefined);
  return stripVTControlCharacters(text).split("\n");
}

test("each price is told by what became of it", () => {
  const [one = "", two = "", three = "", four = "", five = ""] = IDS;
  expect(
    told([
      listed(one, [1]),
      listed(two, [2]),
      listed("aws/unknown", [3]),
      listed(three, []),
      listed(four, [1, 2]),
      listed(five, [2], "2026-10-31"),
      listed("aws/other", [5]),
    ]),
  ).toEqual([
    "2 differ:",
    `  ~ ${two}: 1 USD per unit → 2, from 2026-11-10 on`,
    "  + aws/unknown: unknown → 3, from 2026-11-10 on",
    "1 are the same.",
    `1 are not in the list: ${three}`,
    `1 have several prices in the list, and a person has to look: ${four}`,
    `1 are older in this list than in the catalogue, and are left: ${five}`,
    "1 are in the list, and the catalogue has no entry for them: aws/other",
  ]);
});

test("of many, some are named and the others counted", () => {
  expect(told(IDS.map((id) => listed(id, [])))).toEqual([
    "Nothing differs.",
    "0 are the same.",
    `8 are not in the list: ${IDS.slice(0, 6).join(", ")} and 2 more`,
  ]);
});
