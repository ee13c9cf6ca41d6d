import { expect, test } from "vitest";
import { readConfig } from "./environment-config.ts";

function deploy(deployed: object): unknown {
  return { services: { one: { deploy: deployed, variables: {} } }, sharedVariables: {} };
}

test("replicas by region and limits are read; a region that was left is none", () => {
  const config = deploy({
    multiRegionConfig: { "us-west2": null, "us-east4-eqdc4a": { numReplicas: 2 } },
    limitOverride: { containers: { cpu: 1, memoryBytes: 500_000_000 } },
    startCommand: "node",
  });
  expect(readConfig(config, "one")).toEqual({
    regions: { "us-east4-eqdc4a": 2 },
    limits: { memoryGb: 0.5, vcpus: 1 },
  });
});

test.each([
  ["another form", { services: [] }],
  ["nothing", null],
  ["nothing of the service", { services: { other: {} } }],
  ["nothing set", deploy({})],
  ["limits of another form", deploy({ limitOverride: { memory: "1 GB" } })],
])("%s is not told", (_what, config) => {
  expect(readConfig(config, "one")).toEqual({});
});
