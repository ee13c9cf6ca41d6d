import type { MetricAlarm } from "../../aws/alarm.ts";

/** A metric that the workers publish: docs/configuration.md, OXY_METRICS. */
export function waitingMetric(
  stack: string,
  fleet: string,
  metricName: "OldestWaitingSeconds" | "Waiting",
): Pick<MetricAlarm, "namespace" | "metricName"> & { readonly dimensions: { readonly Fleet: string } } {
  return { namespace: metricsNamespace(stack), metricName, dimensions: { Fleet: fleet } };
}

/** Of the stack: the workers may publish into no other. */
export function metricsNamespace(stack: string): string {
  return `Oxy/${stack}`;
}
