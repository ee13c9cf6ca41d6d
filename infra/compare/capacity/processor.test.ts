import { expect, test } from "vitest";
import { catalogueWith } from "../cost/catalogue-fixture.ts";
import { planWith } from "../cost/plan-fixture.ts";
import { known, unknown } from "../estimate.ts";
import { processorOf } from "./processor.ts";

const DAY = "2026-11-25";
const catalogue = catalogueWith({
  facts: { "processor/fly/shared": { low: 0.0625, high: 1 }, "processor/render/starter": 0.5 },
});
const STORE = { kind: "upstash", region: "us-east-1", plan: "250mb" };

/** Of the process that holds sessions. */
function processorAt(host: Readonly<Record<string, unknown>> & { readonly host: string }) {
  const [fleet] = planWith(STORE, host).fleets;
  const process = fleet?.processes.find(({ role }) => role !== "web");
  if (fleet === undefined || process === undefined) throw new Error("no process holds sessions");
  return processorOf(process, fleet, { catalogue, day: DAY });
}

test.each([
  [
    "a quarter of a vCPU at AWS",
    { host: "ecs-fargate", region: "us-east-1", preset: "minimal" },
    known(0.25),
  ],
  ["one shared CPU of Fly", { host: "fly", region: "gru", size: "shared-1x-512mb" }, known(0.0625, 1)],
  ["four shared CPUs of Fly", { host: "fly", region: "gru", size: "shared-4x-1gb" }, known(0.25, 4)],
  ["an instance of Render", { host: "render", region: "oregon", size: "starter" }, known(0.5)],
  [
    "an instance nobody described",
    { host: "render", region: "oregon", size: "pro" },
    unknown(`no fact processor/render/pro on ${DAY}`),
  ],
])("%s is what may be computed on for long", (_what, host, expected) => {
  expect(processorAt(host)).toEqual(expected);
});

test("of a limit, as Railway has it, it is the limit", () => {
  const [fleet] = planWith(STORE, {
    host: "railway",
    region: "us-east4",
    size: "small",
    services: "one",
  }).fleets;
  const [process] = fleet?.processes ?? [];
  if (fleet === undefined || process === undefined) throw new Error("no process");
  expect(processorOf({ ...process, vcpus: 3 }, fleet, { catalogue, day: DAY })).toEqual(known(3));
});
