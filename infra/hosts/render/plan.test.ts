import { expect, test } from "vitest";
import type { StackConfig } from "../../config.ts";
import { anyStore } from "../../configs-fixture.ts";
import { PlanRefused, planStack } from "../../plan.ts";
import { workload } from "../../workload.ts";
import { renderFleet } from "./config.ts";
import { render } from "./host.ts";

const image = { kind: "registry", reference: `ghcr.io/acme/oxy-worker@sha256:${"a".repeat(64)}` } as const;

/** The plan of a fleet that says this, and nothing else of its own. */
function planned(fleet: object) {
  const config: StackConfig = {
    image: { kind: "source", path: "./worker" },
    store: { kind: "any" },
    fleets: { main: { host: "render", share: 100, ...renderFleet.parse(fleet) } },
    production: false,
    environment: {},
    secrets: { OXY_ENCRYPTION_KEYS: "1:x", OPENAI_API_KEY: "x" },
  };
  const registry = { hosts: { render }, stores: { any: anyStore } };
  return planStack(config, { stack: "trial", image, workload }, registry).fleets[0];
}

test("one service is a web service with everything", () => {
  expect(planned({ instances: 2 })?.processes).toMatchObject([
    { name: "all", role: "all", type: "web_service", healthPath: "/health/ready", instances: 2 },
  ]);
});

test("of two, the worker takes no traffic, is not asked for its health, and is the one that there are several of", () => {
  const [web, worker] = planned({ services: "two", instances: 3 })?.processes ?? [];
  expect(web).toMatchObject({ name: "web", type: "web_service", healthPath: "/health/ready", instances: 1 });
  expect(worker).toMatchObject({ name: "worker", type: "background_worker", instances: 3, isPublic: false });
  expect(worker).not.toHaveProperty("healthPath");
});

test.each([
  ["cpu", { maxInstances: 4, cpuPercent: 50 }],
  ["memory", { maxInstances: 4, memoryPercent: 60 }],
  ["cpu-and-memory", { maxInstances: 4, cpuPercent: 50, memoryPercent: 60 }],
] as const)("autoscaling by %s is of what holds sessions", (autoscaling, scaling) => {
  const fleet = {
    autoscaling,
    maxInstances: 4,
    targetCpuPercent: 50,
    targetMemoryPercent: 60,
    services: "two",
  };
  const [web, worker] = planned(fleet)?.processes ?? [];
  expect(web).not.toHaveProperty("autoscaling");
  expect(worker).toMatchObject({ autoscaling: scaling });
  expect(planned({ ...fleet, autoscaling: "off" })?.processes[1]).not.toHaveProperty("autoscaling");
});

test("autoscaling below the least number is refused", () => {
  const fleet = { autoscaling: "cpu", instances: 5, maxInstances: 4 };
  expect(() => planned(fleet)).toThrow(PlanRefused);
  expect(() => planned(fleet)).toThrow(
    "fleets.main.maxInstances: expected at least the 5 of instances, got 4",
  );
  expect(planned({ ...fleet, autoscaling: "off" })).toBeDefined();
});

test("the private network of its region comes before the internet", () => {
  const config = { host: "render", share: 100, ...renderFleet.parse({ region: "virginia" }) };
  expect(render.reaches(config)).toEqual(["private:render/virginia", "internet"]);
});

const WEB = "srv-cabcdefghijklmnopqrs";
const WORKER = "srv-dabcdefghijklmnopqrs";

test("an existing service becomes the process that it is named for, and a held fleet needs no image", () => {
  const fleet = { services: "two", webServiceId: WEB, workerServiceId: WORKER, hold: true };
  expect(planned(fleet)).toMatchObject({
    held: true,
    processes: [
      { name: "web", serviceId: WEB },
      { name: "worker", serviceId: WORKER },
    ],
  });
  expect(planned({ serviceId: WEB })?.processes).toMatchObject([{ name: "all", serviceId: WEB }]);
  expect(planned({ serviceId: WEB })).not.toHaveProperty("held");
});

test.each([
  [{ hold: true }, "serviceId: expected the id of the service to be held, because hold is true, got nothing"],
  [
    { services: "two", hold: true, webServiceId: WEB },
    "workerServiceId: expected the id of the service to be held, because hold is true, got nothing",
  ],
  [{ services: "two", serviceId: WEB }, `serviceId: expected nothing, because services is two, got ${WEB}`],
  [{ webServiceId: WEB }, `webServiceId: expected nothing, because services is one, got ${WEB}`],
])("ids that do not fit the fleet are refused: %j", (fleet, sentence) => {
  expect(() => planned(fleet)).toThrow(new PlanRefused([`fleets.main.${sentence}`]));
});
