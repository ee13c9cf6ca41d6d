import { expect, test } from "vitest";
import { flyFleet } from "../../hosts/fly/config.ts";
import { renderFleet } from "../../hosts/render/config.ts";
import { REGIONS } from "../../networks/aws-vpc/regions.ts";
import { docOf } from "../../stack-config/field.ts";
import { elastiCacheStore } from "../../stores/elasticache/config.ts";
import { renderKeyValueStore } from "../../stores/render-key-value/config.ts";
import { upstashStore } from "../../stores/upstash/config.ts";
import { WANTED } from "../price-list/wanted.ts";
import { loadCatalogue } from "./catalogue.ts";

/** The month of the analysis, and the day that the catalogue was begun. */
const DAYS = ["2025-01-31", "2026-11-25"];
const SPOT = ["x86/vcpu-hour", "x86/gb-hour", "arm/vcpu-hour", "arm/gb-hour"];
const catalogue = await loadCatalogue();

function choicesOf(schema: Parameters<typeof docOf>[0]): readonly string[] {
  const { choices = [] } = docOf(schema);
  if (choices.length === 0) throw new Error("expected a field with choices");
  return choices;
}

function inRegions(items: readonly string[]): readonly string[] {
  return items.flatMap((item) => REGIONS.map((region) => `${item}@${region}`));
}

const FIXED = choicesOf(upstashStore.shape.plan).filter((plan) => plan !== "free" && plan !== "payg");
const NODES = choicesOf(elastiCacheStore.shape.nodeType);

test.each([
  ["sizes at Render", choicesOf(renderFleet.shape.size).map((size) => `render/instance/${size}`)],
  ["plans of Key Value", choicesOf(renderKeyValueStore.shape.plan).map((plan) => `render/key-value/${plan}`)],
  ["sizes at Fly", choicesOf(flyFleet.shape.size).map((size) => `fly/machine/${size}`)],
  ["regions of Fly", choicesOf(flyFleet.shape.region).map((region) => `fly/region/${region}`)],
  ["fixed sizes at Upstash", FIXED.map((plan) => `upstash/fixed/${plan}`)],
  ["nodes of ElastiCache", inRegions(NODES.map((node) => `aws/elasticache/valkey/${node}`))],
  ["what AWS's Price List has", inRegions(WANTED.map(({ item }) => item))],
  ["Fargate Spot", inRegions(SPOT.map((part) => `aws/fargate-spot/${part}`))],
])("%s that a stack may say have a price, then and now, or are known to be unknown", (_what, ids) => {
  const missing = DAYS.flatMap((day) =>
    ids.filter((id) => catalogue.entry(id, day) === undefined).map((id) => `${id} on ${day}`),
  );
  expect(missing).toEqual([]);
});

test("what is priced of a node is looked for in AWS's Price List", () => {
  const listed = WANTED.map(({ item }) => item);
  for (const node of NODES) expect(listed).toContain(`aws/elasticache/valkey/${node}`);
});

test("events that changed a price are there, each from its day on", () => {
  const priceOn = (id: string, day: string) => catalogue.entry(id, day)?.value;
  const events: readonly [string, string, unknown, unknown][] = [
    ["railway/egress", "2025-03-03", 0.1, 0.05],
    ["railway/volume", "2025-03-03", 0.25, 0.15],
    ["upstash/fixed/250mb", "2025-02-17", null, 10],
    ["render/egress", "2025-08-01", 0.3, 0.15],
    ["render/workspace/pro", "2026-04-23", 19, 25],
    ["render/key-value/standard", "2026-10-01", 32, [17.6, 25.6]],
    ["fly/snapshot", "2026-01-01", 0, 0.08],
    ["fly/upstash/starter", "2026-02-18", 10, undefined],
  ];
  const rangeOf = (value: unknown) => {
    if (value === null || value === undefined) return value;
    const [low, high] = Array.isArray(value) ? (value as number[]) : [value, value];
    return { low, high };
  };
  for (const [id, day, before, after] of events) {
    const eve = new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10);
    expect([id, priceOn(id, eve), priceOn(id, day)]).toEqual([id, rangeOf(before), rangeOf(after)]);
  }
});
