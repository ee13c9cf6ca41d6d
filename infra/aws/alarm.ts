import type { Resource } from "./graph.ts";
import type { Text } from "./references.ts";

/** Of one metric. */
export interface MetricAlarm extends Resource {
  readonly type: "cloudwatch_metric_alarm";
  readonly alarmName: string;
  /** What is wrong, and what to do about it: it is all that the message says. */
  readonly alarmDescription: string;
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, Text>>;
  readonly statistic: "Average" | "Maximum" | "Minimum" | "Sum";
  /** In s. */
  readonly period: number;
  readonly evaluationPeriods: number;
  readonly threshold: number;
  readonly comparisonOperator: "GreaterThanThreshold" | "LessThanThreshold" | "GreaterThanOrEqualToThreshold";
  readonly treatMissingData: "notBreaching" | "breaching" | "ignore";
  readonly alarmActions: readonly Text[];
  readonly okActions?: readonly Text[];
}
