import { expect, test } from "vitest";
import type { FleetRequest } from "../../host.ts";
import { workload } from "../../workload.ts";
import type { RailwayFleetConfig } from "./config.ts";
import { railway } from "./host.ts";
import { planFleet } from "./plan.ts";

function planOf(config: Partial<RailwayFleetConfig>, environment: FleetRequest["environment"] = {}) {
  return planFleet({
    stack: "staging",
    name: "main",
    config: {
      host: "railway",
      region: "us-east4",
      size: "small",
      share: 100,
      services: "two",
      instances: 3,
      ...config,
    },
    image: "ghcr.io/acme/worker@sha256:1",
    network: "private:railway/project",
    production: false,
    drainSeconds: 25,
    graceSeconds: 30,
    environment,
    workload,
  });
}

test("instances are replicas of whoever holds sessions; one is enough for HTTP", () => {
  const replicas = (services: "one" | "two") =>
    planOf({ services }).processes.map(({ name, replicas: count, isPublic }) => [name, count, isPublic]);
  expect(replicas("two")).toEqual([
    ["web", 1, true],
    ["worker", 3, false],
  ]);
  expect(replicas("one")).toEqual([["all", 3, true]]);
});

test.each([
  ["us-west2", "us-west2"],
  ["us-east4", "us-east4-eqdc4a"],
  ["europe-west4", "europe-west4-drams3a"],
  ["asia-southeast1", "asia-southeast1-eqsg3a"],
] as const)("%s is %s to its API", (region, placement) => {
  expect(planOf({ region })).toMatchObject({ region, placement });
});

test("it drains as long as it is given, and the ones before stay a moment", () => {
  expect(planOf({})).toMatchObject({ graceSeconds: 30, overlapSeconds: 5, startSeconds: 60 });
});

test("an image is pulled with credentials only when the stack has both", () => {
  const username = { REGISTRY_USERNAME: { secret: "REGISTRY_USERNAME" } };
  const password = { REGISTRY_PASSWORD: { secret: "REGISTRY_PASSWORD" } };
  expect(planOf({}, username)).not.toHaveProperty("registry");
  expect(planOf({}, { ...username, ...password }).registry).toEqual({
    username: "REGISTRY_USERNAME",
    password: "REGISTRY_PASSWORD",
  });
});

test("it reaches its project before the internet", () => {
  expect(railway.reaches(planOf({}) as never)).toEqual(["private:railway/project", "internet"]);
});
