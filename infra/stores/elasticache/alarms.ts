import type { MetricAlarm } from "../../aws/alarm.ts";
import type { Reference } from "../../aws/references.ts";

/** Beyond it a node has no time or no room left for what comes suddenly. */
const MUCH_PERCENT = 80;
/** In s. */
const PERIOD = 300;

type What = "memory" | "cpu" | "evictions";

/** Of what a node says of itself: what is wrong, and what to do. */
const WATCHED: Readonly<
  Record<
    What,
    Pick<MetricAlarm, "metricName" | "statistic" | "threshold" | "evaluationPeriods"> & {
      readonly about: string;
    }
  >
> = {
  memory: {
    metricName: "DatabaseMemoryUsagePercentage",
    statistic: "Average",
    threshold: MUCH_PERCENT,
    evaluationPeriods: 3,
    about: `holds over ${MUCH_PERCENT} % of its memory; full, it refuses writes and nobody is answered: choose a larger nodeType`,
  },
  cpu: {
    metricName: "EngineCPUUtilization",
    statistic: "Average",
    threshold: MUCH_PERCENT,
    evaluationPeriods: 3,
    about: `works at over ${MUCH_PERCENT} %; commands wait for each other: choose a larger nodeType`,
  },
  evictions: {
    metricName: "Evictions",
    statistic: "Sum",
    threshold: 0,
    evaluationPeriods: 1,
    about: "dropped keys, which noeviction forbids: somebody changed its parameter group",
  },
};

/** Of each node of a replication group, because any of them may lead. */
export function alarmNodes(group: string, replicas: number, topic: Reference): MetricAlarm[] {
  const numbers = Array.from({ length: 1 + replicas }, (_none, index) => String(index + 1).padStart(3, "0"));
  const watched = Object.keys(WATCHED) as What[];
  return numbers.flatMap((number) => watched.map((what) => alarm(what, group, number, topic)));
}

function alarm(what: What, group: string, number: string, topic: Reference): MetricAlarm {
  const node = `${group}-${number}`;
  const { about, ...metric } = WATCHED[what];
  return {
    type: "cloudwatch_metric_alarm",
    name: `store-${what}-${number}`,
    alarmName: `${node}-${what}`,
    alarmDescription: `Node ${node} ${about}`,
    namespace: "AWS/ElastiCache",
    dimensions: { CacheClusterId: node },
    ...metric,
    period: PERIOD,
    comparisonOperator: "GreaterThanThreshold",
    treatMissingData: "notBreaching",
    alarmActions: [topic],
    okActions: [topic],
  };
}
