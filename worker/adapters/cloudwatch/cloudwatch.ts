import { CloudWatchClient, PutMetricDataCommand, type MetricDatum } from "@aws-sdk/client-cloudwatch";
import type { MetricsSink } from "../../metrics/sink.ts";

/** Of one request, in ms; the SDK repeats it once. */
const CONNECTION_TIMEOUT_MS = 2_000;
const REQUEST_TIMEOUT_MS = 4_000;
const ATTEMPTS = 2;

export interface CloudWatchOptions {
  readonly namespace: string;
  /** The one dimension of what is published. */
  readonly fleet: string;
}

/** Publishes to CloudWatch, one call for both metrics. Region and credentials are found by AWS's SDK. */
export function cloudWatch({ namespace, fleet }: CloudWatchOptions): MetricsSink {
  const client = new CloudWatchClient({
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  });
  return {
    publish: async ({ at, conversations, oldestMs }, signal) => {
      const common = { Dimensions: [{ Name: "Fleet", Value: fleet }], Timestamp: new Date(at) };
      const data: MetricDatum[] = [
        { ...common, MetricName: "OldestWaitingSeconds", Unit: "Seconds", Value: oldestMs / 1000 },
        { ...common, MetricName: "Waiting", Unit: "Count", Value: conversations },
      ];
      const command = new PutMetricDataCommand({ Namespace: namespace, MetricData: data });
      await client.send(command, { abortSignal: signal });
    },
  };
}
