import { reference, type Text } from "../../aws/references.ts";
import type { EcsProcess, FleetParts } from "./fleet-parts.ts";
import type { FleetResource, StepScaling } from "./graph.ts";
import { waitingMetric } from "./metrics.ts";

/** Before another task is added; one takes about half a minute to join. */
const SCALE_OUT_SECONDS = 60;
/** Before another one goes: longer than a drain, and than a lull between two customers. */
const SCALE_IN_SECONDS = 900;
/** A burst is when the oldest message waits so many times as long as it should. */
const BURST_FACTOR = 4;

/** More tasks when customers wait, where there may be more. */
export function scalingNodes(parts: FleetParts): FleetResource[] {
  return parts.processes
    .filter(({ maxInstances, instances }) => maxInstances > instances)
    .flatMap((process) => scalingOf(parts, process));
}

function scalingOf(parts: FleetParts, process: EcsProcess): FleetResource[] {
  const { fleet, title, config, request, vpc } = parts;
  const name = `${fleet}-${process.name}-scaling`;
  const target = config.targetAgeSeconds;
  const metric = waitingMetric(request.stack, fleet, "OldestWaitingSeconds");
  const resourceId: Text = {
    join: [
      "service/",
      reference(`${fleet}-cluster`, "name"),
      "/",
      reference(`${fleet}-${process.name}`, "name"),
    ],
  };
  const policy = {
    type: "appautoscaling_policy",
    serviceNamespace: "ecs",
    scalableDimension: "ecs:service:DesiredCount",
    resourceId: reference(name, "resourceId"),
  } as const;
  return [
    {
      type: "appautoscaling_target",
      name,
      serviceNamespace: "ecs",
      scalableDimension: "ecs:service:DesiredCount",
      resourceId,
      minCapacity: process.instances,
      maxCapacity: process.maxInstances,
    },
    {
      ...policy,
      name: `${name}-age`,
      policyName: `${title}-${process.name}-age`,
      policyType: "TargetTrackingScaling",
      metric: {
        namespace: metric.namespace,
        metricName: metric.metricName,
        statistic: "Maximum",
        dimensions: Object.entries(metric.dimensions).map(([key, value]) => ({ name: key, value })),
      },
      targetValue: target,
      scaleInCooldown: SCALE_IN_SECONDS,
      scaleOutCooldown: SCALE_OUT_SECONDS,
    },
    { ...policy, name: `${name}-burst`, policyName: `${title}-${process.name}-burst`, ...burst(target) },
    {
      type: "cloudwatch_metric_alarm",
      name: `${name}-burst-alarm`,
      alarmName: `${title}-${process.name}-burst`,
      alarmDescription: `The oldest message has waited ${BURST_FACTOR} times as long as it should: there are more tasks at once`,
      ...metric,
      statistic: "Maximum",
      period: 60,
      evaluationPeriods: 1,
      threshold: target * BURST_FACTOR,
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      treatMissingData: "notBreaching",
      alarmActions: [reference(`${name}-burst`, "arn"), vpc.alarms],
    },
  ];
}

/** Two more, and four when it is worse still. */
function burst(
  target: number,
): Pick<StepScaling, "policyType" | "adjustmentType" | "metricAggregationType" | "cooldown" | "steps"> {
  return {
    policyType: "StepScaling",
    adjustmentType: "ChangeInCapacity",
    metricAggregationType: "Maximum",
    cooldown: SCALE_OUT_SECONDS,
    steps: [
      { lowerBound: 0, upperBound: target * BURST_FACTOR, adjustment: 2 },
      { lowerBound: target * BURST_FACTOR, adjustment: 4 },
    ],
  };
}
