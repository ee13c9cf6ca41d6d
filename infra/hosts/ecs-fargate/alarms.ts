import type { MetricAlarm } from "../../aws/alarm.ts";
import { reference } from "../../aws/references.ts";
import type { EcsProcess, FleetParts } from "./fleet-parts.ts";
import { waitingMetric } from "./metrics.ts";

/** Customers expect an answer in seconds; in s. */
const OLDEST_SECONDS = 120;
const MANY = 100;
const MUCH_PERCENT = 85;
/** The metrics come once a minute; in s. */
const MINUTE = 60;
const FIVE_MINUTES = 300;

/** What somebody is told of: each message says what is wrong and what to do. */
export function alarmNodes(parts: FleetParts): MetricAlarm[] {
  const { fleet, request } = parts;
  const oldest = waitingMetric(request.stack, fleet, "OldestWaitingSeconds");
  return [
    alarm(parts, "oldest-waiting", {
      ...oldest,
      alarmDescription: `A message has waited for ${OLDEST_SECONDS} s: see oxy status and oxy logs; more instances help when all of them work`,
      statistic: "Maximum",
      period: MINUTE,
      evaluationPeriods: 2,
      threshold: OLDEST_SECONDS,
    }),
    alarm(parts, "many-waiting", {
      ...waitingMetric(request.stack, fleet, "Waiting"),
      alarmDescription: `More than ${MANY} conversations wait: more instances answer more at once`,
      statistic: "Maximum",
      period: MINUTE,
      evaluationPeriods: 2,
      threshold: MANY,
    }),
    alarm(parts, "silent", {
      ...oldest,
      alarmDescription:
        "No worker has said anything for five minutes: nobody works, or none reaches its store; see oxy status",
      statistic: "Maximum",
      period: MINUTE,
      evaluationPeriods: 5,
      threshold: Number.MAX_SAFE_INTEGER,
      treatMissingData: "breaching",
    }),
    ...parts.processes.flatMap((process) => consumption(parts, process)),
    ...unhealthyTargets(parts),
  ];
}

function consumption(parts: FleetParts, process: EcsProcess): MetricAlarm[] {
  const { fleet } = parts;
  const service = {
    namespace: "AWS/ECS",
    dimensions: {
      ClusterName: reference(`${fleet}-cluster`, "name"),
      ServiceName: reference(`${fleet}-${process.name}`, "name"),
    },
    period: FIVE_MINUTES,
    evaluationPeriods: 3,
    threshold: MUCH_PERCENT,
  } as const;
  return [
    alarm(parts, `${process.name}-memory`, {
      ...service,
      metricName: "MemoryUtilization",
      statistic: "Maximum",
      alarmDescription: `Service ${process.name} uses over ${MUCH_PERCENT} % of its memory, and is ended beyond all of it: choose a larger size`,
    }),
    alarm(parts, `${process.name}-cpu`, {
      ...service,
      metricName: "CPUUtilization",
      statistic: "Average",
      alarmDescription: `Service ${process.name} uses over ${MUCH_PERCENT} % of its CPU: choose a larger size, or more instances`,
    }),
  ];
}

function unhealthyTargets(parts: FleetParts): MetricAlarm[] {
  const { fleet, open } = parts;
  if (open === undefined) return [];
  return [
    alarm(parts, "unhealthy-targets", {
      namespace: "AWS/ApplicationELB",
      metricName: "UnHealthyHostCount",
      dimensions: {
        LoadBalancer: reference(`${fleet}-public`, "arnSuffix"),
        TargetGroup: reference(`${fleet}-public-target`, "arnSuffix"),
      },
      alarmDescription: "A task behind the load balancer does not answer: see oxy status and oxy logs",
      statistic: "Maximum",
      period: MINUTE,
      evaluationPeriods: 3,
      threshold: 0,
    }),
  ];
}

type Particular = Omit<
  MetricAlarm,
  "type" | "name" | "alarmName" | "comparisonOperator" | "treatMissingData" | "alarmActions" | "okActions"
> &
  Partial<Pick<MetricAlarm, "treatMissingData">>;

function alarm({ fleet, title, vpc }: FleetParts, what: string, particular: Particular): MetricAlarm {
  return {
    type: "cloudwatch_metric_alarm",
    name: `${fleet}-alarm-${what}`,
    alarmName: `${title}-${what}`,
    comparisonOperator: "GreaterThanThreshold",
    treatMissingData: "notBreaching",
    ...particular,
    alarmActions: [vpc.alarms],
    okActions: [vpc.alarms],
  };
}
