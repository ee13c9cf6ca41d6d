import { expect, test } from "vitest";
import { database, REDIS_URL, selection, web, worker } from "./found-fixture.ts";
import type { AdviceParts } from "./advice.ts";
import { adviceFor } from "./unwise.ts";

const NOTHING = { plain: {}, secrets: {}, unknown: [], disagreeing: [] };

function advised(parts: Parameters<typeof selection>[0], more: Partial<AdviceParts> = {}) {
  return adviceFor({
    stack: "production",
    selection: selection(parts),
    settings: NOTHING,
    isOurs: true,
    ...more,
  });
}

test("about what is as it should be, nothing is said", () => {
  expect(advised({})).toEqual([]);
});

test.each([
  ["auto-deploy", { worker: worker({ autoDeploy: "yes", repo: "https://git.example/a", branch: "main" }) }],
  ["disk", { worker: worker({ details: { disk: { name: "auth", sizeGB: 1, mountPath: "/auth" } } }) }],
  ["tag", { web: web({ imagePath: "ghcr.io/acme/web:latest" }) }],
  ["suspended", { worker: worker({ suspended: "suspended" }) }],
  ["grace", { worker: worker({ details: { maxShutdownDelaySeconds: 29 } }) }],
  ["health", { web: web({ details: { healthCheckPath: "" } }) }],
  ["free", { web: web({ details: { plan: "free" } }) }],
  ["size", { worker: worker({ details: { plan: "standard_plus" } }) }],
  ["instances", { web: web({ details: { numInstances: 2 } }) }],
  ["eviction", { database: database({ eviction: true }) }],
  ["auto-upgrade", { database: database({ auto_upgrade: true }) }],
  ["plan", { database: database({ type: "payg" }) }],
  ["plan", { database: database({ type: "pro", db_disk_threshold: 1 }) }],
  ["distance", { database: database({ primary_region: "sa-east-1" }) }],
  ["store", { web: web({ environment: { REDIS_URL: "redis://elsewhere:6379" } }) }],
])("%s is told with its reason and the steps to mend it", (topic, parts) => {
  const advice = advised(parts);
  expect(advice.map((one) => one.topic)).toEqual([topic]);
  for (const { what, why, steps } of advice) {
    expect(what).toMatch(/\S \S/);
    expect(why).toMatch(/\S \S/);
    expect(steps.length).toBeGreaterThan(0);
  }
});

test("where everything is far from Brazil, that is told; a store beside the services is not far from them", () => {
  const details = { region: "oregon" };
  const parts = {
    web: web({ details: { ...web().service.serviceDetails, ...details } }),
    worker: worker({ details }),
    database: database({ primary_region: "us-west-2" }),
  };
  expect(advised(parts).map(({ topic }) => topic)).toEqual(["region"]);
});

test("another worker, settings that go and settings that differ are told by their names", () => {
  const settings = { ...NOTHING, unknown: ["CRM_URL"], disagreeing: ["OPENAI_MODEL"] };
  const advice = advised({}, { settings, isOurs: false });
  expect(advice.map(({ topic }) => topic)).toEqual(["image", "environment", "environment"]);
  expect(JSON.stringify(advice)).toContain("CRM_URL");
  expect(JSON.stringify(advice)).toContain("OPENAI_MODEL");
});

test("the way off a disk ends its process before its folder is copied, and goes before the disk does", () => {
  const disk = { name: "auth", sizeGB: 1, mountPath: "/auth" };
  const details = { disk, sshAddress: "srv-a@ssh.virginia.render.com" };
  const [advice] = advised({ worker: worker({ details }) });
  const order = [
    "sleep infinity",
    "scp -s -r srv-a@ssh.virginia.render.com:/auth",
    "hold",
    "sessions import",
    "Delete",
  ];
  expect(advice?.steps).toEqual(order.map((words) => expect.stringContaining(words) as string));
});

test("no advice holds a value of a setting", () => {
  const environment = { REDIS_URL, CRM_TOKEN: "token-of-the-test" };
  const all = advised({ web: web({ environment }), worker: worker({ environment, autoDeploy: "yes" }) });
  expect(JSON.stringify(all)).not.toMatch(/token-of-the-test|password/);
});
