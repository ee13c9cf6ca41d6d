import { describe, expect, test } from "vitest";
import { planVpc } from "../../networks/aws-vpc/plan.ts";
import { elastiCacheStore, type ElastiCacheStoreConfig } from "./config.ts";
import type { ReplicationGroup } from "./graph.ts";
import { planStore, type ElastiCachePlan } from "./plan.ts";
import { elastiCache } from "./store.ts";

function config(fields: object = {}): ElastiCacheStoreConfig {
  return { kind: "elasticache", ...elastiCacheStore.parse(fields) };
}

function planned(fields: object = {}, production = false): ElastiCachePlan {
  const own = config(fields);
  const within = planVpc({ stack: "trial", production, region: own.region });
  return planStore({ stack: "trial", production, config: own, within });
}

function groupOf({ resources }: ElastiCachePlan): ReplicationGroup {
  const group = resources.find(
    (node): node is ReplicationGroup => node.type === "elasticache_replication_group",
  );
  if (group === undefined) throw new Error("the plan has no replication group");
  return group;
}

function refused(fields: object, { production = false, stack = "trial" } = {}): readonly string[] {
  return elastiCache.refusals?.(config(fields), production, stack) ?? [];
}

describe("presets", () => {
  test("the minimal one is a single small node", () => {
    expect(groupOf(planned())).toMatchObject({
      nodeType: "cache.t4g.micro",
      numCacheClusters: 1,
      automaticFailoverEnabled: false,
      multiAzEnabled: false,
      snapshotRetentionLimit: 1,
    });
  });

  test("the recommended one has a replica in another zone, which takes over", () => {
    expect(groupOf(planned({ preset: "recommended" }))).toMatchObject({
      nodeType: "cache.t4g.small",
      numCacheClusters: 2,
      automaticFailoverEnabled: true,
      multiAzEnabled: true,
      snapshotRetentionLimit: 7,
    });
  });

  test.each([
    [{ nodeType: "cache.r7g.large" }, { nodeType: "cache.r7g.large" }],
    [{ replicas: 0 }, { numCacheClusters: 1, multiAzEnabled: false }],
    [{ replicas: 5 }, { numCacheClusters: 6 }],
    [{ snapshotDays: 35 }, { snapshotRetentionLimit: 35 }],
  ])("what is said goes before: %j", (fields, group) => {
    expect(groupOf(planned({ preset: "recommended", ...fields }))).toMatchObject(group);
  });
});

test.each([
  [0, "sun:00:00-sun:01:00", "22:00-23:00"],
  [1, "sun:01:00-sun:02:00", "23:00-00:00"],
  [6, "sun:06:00-sun:07:00", "04:00-05:00"],
  [23, "sun:23:00-mon:00:00", "21:00-22:00"],
])("maintenance at %i, and the snapshot before", (maintenanceHour, maintenanceWindow, snapshotWindow) => {
  expect(groupOf(planned({ maintenanceHour }))).toMatchObject({ maintenanceWindow, snapshotWindow });
});

test("its address has the password in it, and is spoken to with TLS", () => {
  expect(planned().url).toEqual({
    join: [
      "rediss://:",
      { secret: "OXY_STORE_PASSWORD" },
      "@",
      { of: "store", attribute: "primaryEndpointAddress" },
      ":6379",
    ],
  });
});

test("it says what it may lose", () => {
  expect(planned().mayLose).toBe("everything since the last daily snapshot, if its one node dies");
  expect(planned({ snapshotDays: 0 }).mayLose).toBe(
    "everything, if its one node dies: no snapshot of it is taken",
  );
  expect(planned({ replicas: 1, snapshotDays: 0 }).mayLose).toBe(
    "what was not yet copied to a replica, if the node that leads dies",
  );
});

test("it stays the same one whatever it is changed to, and is another one elsewhere", () => {
  const identityOf = (fields: object) => planned(fields).identity;
  expect(identityOf({ preset: "recommended", nodeType: "cache.r7g.large", replicas: 2 })).toBe(
    identityOf({}),
  );
  expect(identityOf({ region: "sa-east-1" })).not.toBe(identityOf({}));
});

test("in production it leaves a last snapshot, and nothing may delete it", () => {
  const kept = planned({ preset: "recommended" }, true);
  expect(kept.protected).toBe(true);
  expect(groupOf(kept).finalSnapshotIdentifier).toBe("oxy-trial-final");
  expect(groupOf(planned())).not.toHaveProperty("finalSnapshotIdentifier");
});

test("every node has its own alarms", () => {
  const dimensions = planned({ replicas: 2 }).resources.flatMap((node) =>
    node.type === "cloudwatch_metric_alarm" ? [node.dimensions["CacheClusterId"]] : [],
  );
  expect([...new Set(dimensions)]).toEqual(["oxy-trial-001", "oxy-trial-002", "oxy-trial-003"]);
});

describe("what cannot work is refused:", () => {
  test("serverless, with the reason", () => {
    expect(refused({ engine: "serverless" })).toEqual([
      "engine: expected node, because ElastiCache Serverless evicts keys when it is full and cannot be told not to, got serverless",
    ]);
  });

  test("a single node in production", () => {
    expect(refused({}, { production: true })).toEqual([
      "replicas: expected 1 or more in production, because a single node that dies takes all conversations and WhatsApp sessions since the last snapshot, got 0",
    ]);
    expect(refused({})).toEqual([]);
    expect(refused({ replicas: 1 }, { production: true })).toEqual([]);
  });

  test("no snapshots in production", () => {
    expect(refused({ preset: "recommended", snapshotDays: 0 }, { production: true })).toEqual([
      "snapshotDays: expected 1 or more in production, because no replica brings back what was deleted by mistake, got 0",
    ]);
    expect(refused({ snapshotDays: 0 })).toEqual([]);
  });

  test.each(["a".repeat(37), "two--hyphens", "at-its-end-", "-at-its-beginning"])(
    "a stack whose name a replication group cannot have: %s",
    (stack) => {
      expect(refused({}, { stack })).toEqual([
        `kind: expected a stack whose name makes a replication group of at most 40 characters without -- in it, got oxy-${stack} (${stack.length + 4})`,
      ]);
    },
  );

  test("and the longest that it can have is not", () => {
    expect(refused({}, { stack: "a".repeat(36) })).toEqual([]);
  });
});
