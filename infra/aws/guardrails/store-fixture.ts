import { expect } from "vitest";
import { names } from "./names-fixture.ts";
import { ofType, type Guardrails } from "./stacks-fixture.ts";

export const storeGuardrails: Guardrails = {
  "refuses writes rather than drop anything": ({ store }) => {
    if (store === undefined) return;
    const [group] = ofType(store.resources, "elasticache_replication_group");
    const [parameters, ...others] = ofType(store.resources, "elasticache_parameter_group");
    expect(others).toEqual([]);
    expect(names(group?.parameterGroupName)).toEqual([parameters?.name]);
    expect(parameters?.parameters).toContainEqual({ name: "maxmemory-policy", value: "noeviction" });
  },

  "goes on without one of its nodes in production, and leaves a snapshot when it goes": ({
    production,
    store,
  }) => {
    if (store === undefined) return;
    const [group] = ofType(store.resources, "elasticache_replication_group");
    const isReplicated = (group?.numCacheClusters ?? 0) > 1;
    expect(group).toMatchObject({ automaticFailoverEnabled: isReplicated, multiAzEnabled: isReplicated });
    expect(store.protected).toBe(production);
    expect(group?.finalSnapshotIdentifier !== undefined).toBe(production);
    if (!production) return;
    expect(isReplicated).toBe(true);
    expect(group?.snapshotRetentionLimit).toBeGreaterThan(0);
  },

  "is upgraded by nobody else: the engines would replace it": ({ store }) => {
    if (store === undefined) return;
    expect(ofType(store.resources, "elasticache_replication_group")).toMatchObject([
      { autoMinorVersionUpgrade: false },
    ]);
  },

  "takes its snapshot at another hour than AWS may maintain it": ({ store }) => {
    if (store === undefined) return;
    const [group] = ofType(store.resources, "elasticache_replication_group");
    const [, , maintained] =
      /^sun:(\d\d:\d\d)-(?:sun|mon):(\d\d:\d\d)$/.exec(group?.maintenanceWindow ?? "") ?? [];
    expect(maintained).toBeDefined();
    expect(group?.snapshotWindow).toMatch(/^\d\d:00-\d\d:00$/);
    const hoursOf = (window: string) => window.match(/\d\d(?=:00-)/)?.[0];
    expect(hoursOf(group?.snapshotWindow ?? "")).not.toBe(hoursOf(group?.maintenanceWindow ?? ""));
  },
};
