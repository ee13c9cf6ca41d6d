import { z } from "zod";
import type { Account } from "../account.ts";
import type { Measurements } from "../measurements.ts";
import { allows } from "../policy.ts";
import { AwsRefused } from "../refused.ts";
import type { Service } from "./answer.ts";

const dimensions = z.array(z.strictObject({ Name: z.string().min(1), Value: z.string().min(1) })).max(30);
const putting = z.strictObject({
  Namespace: z.string().min(1).regex(/^[^:]/),
  MetricData: z
    .array(
      z.strictObject({
        MetricName: z.string().min(1),
        Dimensions: dimensions.default([]),
        /** In s. */
        Timestamp: z.number().optional(),
        Value: z.number(),
        Unit: z.string().optional(),
        StorageResolution: z.union([z.literal(1), z.literal(60)]).optional(),
      }),
    )
    .max(1_000),
});
const getting = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: dimensions.default([]),
  StartTime: z.number(),
  EndTime: z.number(),
  Period: z.number().min(1),
  Statistics: z.array(z.enum(["Average", "Maximum", "Minimum", "Sum", "SampleCount"])),
});

/** CloudWatch's metrics, as far as the worker writes and a test reads them. */
export function metrics(account: Account, measurements: Measurements): Service {
  return {
    PutMetricData: ({ body, caller }) => {
      const { success, data, error } = putting.safeParse(body);
      if (!success)
        throw new AwsRefused(
          "InvalidParameterValue",
          error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "),
        );
      const deed = {
        action: "cloudwatch:PutMetricData",
        resource: "*",
        context: { "cloudwatch:namespace": data.Namespace },
      };
      if (caller.role !== undefined && !allows(account, caller.role, deed))
        throw new AwsRefused(
          "AccessDenied",
          `User: ${caller.arn} is not authorized to perform: cloudwatch:PutMetricData because no identity-based policy allows the cloudwatch:PutMetricData action`,
        );
      for (const { MetricName, Dimensions, Timestamp = Date.now() / 1_000, Value } of data.MetricData)
        measurements.take({
          namespace: data.Namespace,
          name: MetricName,
          dimensions: Object.fromEntries(Dimensions.map((one) => [one.Name, one.Value])),
          at: Timestamp * 1_000,
          value: Value,
        });
      return {};
    },
    GetMetricStatistics: ({ body }) => {
      const asked = getting.parse(body);
      const points = measurements.points({
        namespace: asked.Namespace,
        name: asked.MetricName,
        dimensions: Object.fromEntries(asked.Dimensions.map((one) => [one.Name, one.Value])),
        from: asked.StartTime * 1_000,
        to: asked.EndTime * 1_000,
        period: asked.Period * 1_000,
      });
      return {
        Label: asked.MetricName,
        Datapoints: points.map(({ at, values }) =>
          Object.fromEntries<number>([
            ["Timestamp", at / 1_000],
            ...asked.Statistics.map((one) => [one, STATISTICS[one](values)] as const),
          ]),
        ),
      };
    },
  };
}

const STATISTICS = {
  Average: (values: readonly number[]) => sum(values) / values.length,
  Maximum: (values: readonly number[]) => Math.max(...values),
  Minimum: (values: readonly number[]) => Math.min(...values),
  Sum: sum,
  SampleCount: (values: readonly number[]) => values.length,
} as const;

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
