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
/** CloudWatch's metrics, as far as the worker writes them; a test reads them from the measurements. */
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
  };
}
