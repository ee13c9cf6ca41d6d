import fc from "fast-check";
import { expect, test } from "vitest";
import { chosen } from "./chosen.ts";
import type { Lease } from "./lease.ts";
import { SHARDS } from "./shards.ts";

const weights = fc.array(fc.nat(5), { minLength: 1, maxLength: SHARDS });
const leasesOf = (count: number): Lease[] =>
  Array.from({ length: count }, (_, shard) => ({ shard, owner: "one", epoch: "1" }));

test("half of the shards that have an organization go with half of all shards", () => {
  const linked = new Set([3, 7, 100, 101, 102, 103, 200, 255]);
  const weight = (shard: number): number => (linked.has(shard) ? 1 : 0);
  const going = chosen(leasesOf(SHARDS), SHARDS / 2, weight);
  expect(going).toHaveLength(SHARDS / 2);
  expect(going.filter(({ shard }) => linked.has(shard))).toHaveLength(4);
});

test("as many go as are asked for, each once, the same ones every time", () => {
  fc.assert(
    fc.property(weights, fc.nat(SHARDS), (weightOf, asked) => {
      const leases = leasesOf(weightOf.length);
      const count = Math.min(asked, leases.length);
      const weight = (shard: number): number => weightOf[shard] ?? 0;
      const going = chosen(leases, count, weight);
      expect(new Set(going).size).toBe(count);
      expect(chosen(leases.toReversed(), count, weight)).toEqual(going);
    }),
  );
});

test("of every part of the shards goes the same part, whatever they weigh", () => {
  fc.assert(
    fc.property(weights, fc.nat(SHARDS), (weightOf, asked) => {
      const count = Math.min(asked, weightOf.length);
      const weight = (shard: number): number => weightOf[shard] ?? 0;
      const going = chosen(leasesOf(weightOf.length), count, weight);
      const total = weightOf.reduce((sum, each) => sum + each, 0);
      const gone = going.reduce((sum, { shard }) => sum + weight(shard), 0);
      // Off by less than the heaviest shard, for each of which the next one makes up.
      expect(Math.abs(gone - (total * count) / weightOf.length)).toBeLessThanOrEqual(Math.max(...weightOf));
    }),
  );
});
