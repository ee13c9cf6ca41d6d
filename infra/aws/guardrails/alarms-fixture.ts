import { expect } from "vitest";
import { ofType, type Guardrails } from "./stacks-fixture.ts";

export const alarmGuardrails: Guardrails = {
  "all of them tell the stack's topic, and say what to do": ({ network, nodes }) => {
    const alarms = ofType(nodes, "cloudwatch_metric_alarm");
    for (const alarm of alarms) {
      expect(alarm.alarmActions).toContainEqual(network.alarms);
      expect(alarm.alarmDescription).toMatch(/\S \S/);
    }
    expect(new Set(alarms.map(({ alarmName }) => alarmName)).size).toBe(alarms.length);
  },

  "there is one for each thing that goes wrong": ({ chosen, fleet, store, nodes }) => {
    const alarms = ofType(nodes, "cloudwatch_metric_alarm");
    const about = (metric: string) => alarms.filter(({ metricName }) => metricName === metric);
    expect(about("Waiting")).toMatchObject([{ threshold: 100, statistic: "Maximum" }]);
    expect(about("CPUUtilization")).toHaveLength(fleet.processes.length);
    expect(about("MemoryUtilization")).toHaveLength(fleet.processes.length);
    expect(about("UnHealthyHostCount")).toHaveLength(chosen.loadBalancer ? 1 : 0);
    const storeNodes = store === undefined ? 0 : 1 + store.replicas;
    for (const metric of ["DatabaseMemoryUsagePercentage", "EngineCPUUtilization", "Evictions"])
      expect(about(metric)).toHaveLength(storeNodes);
  },

  "silence is one: nobody works who says nothing": ({ nodes }) => {
    const silent = ofType(nodes, "cloudwatch_metric_alarm").filter(
      ({ treatMissingData }) => treatMissingData === "breaching",
    );
    expect(silent).toMatchObject([
      { metricName: "OldestWaitingSeconds", comparisonOperator: "GreaterThanThreshold" },
    ]);
    // No customer waits as long as that.
    expect(silent[0]?.threshold).toBeGreaterThan(1e9);
  },

  "ask for metrics that the workers publish": ({ fleet, nodes }) => {
    const published = new Set(fleet.processes.map(({ environment }) => environment["OXY_METRICS_NAMESPACE"]));
    const own = ofType(nodes, "cloudwatch_metric_alarm").filter(({ namespace }) =>
      namespace.startsWith("Oxy/"),
    );
    expect(own.length).toBeGreaterThan(0);
    for (const { namespace, dimensions } of own) {
      expect(published).toContain(namespace);
      expect(dimensions).toEqual({ Fleet: fleet.name });
    }
  },
};
