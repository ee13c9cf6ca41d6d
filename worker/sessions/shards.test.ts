import { expect, test } from "vitest";
import { SHARDS, shardOf } from "./shards.ts";

/** From `printf %s <id> | sha256sum`: first 8 digits, modulo 256. Another value would move every organization. */
const KNOWN = { "": 0x42, abc: 0xbf, ana: 0x6f, "loja-da-ana": 0x1d } as const;

test.each(Object.entries(KNOWN))("%j is where the stores of today have it", (organization, shard) => {
  expect(shardOf(organization)).toBe(shard);
});

test("organizations spread evenly", () => {
  const organizations = 256 * 40;
  const counts = Array.from({ length: SHARDS }, () => 0);
  for (let index = 0; index < organizations; index++) counts[shardOf(`organization-${index}`)]!++;
  // Five standard deviations of a fair choice around the mean of 40.
  expect(Math.min(...counts)).toBeGreaterThan(8);
  expect(Math.max(...counts)).toBeLessThan(72);
});
