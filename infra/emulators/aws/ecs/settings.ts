import { z } from "zod";
import { givenTo, type Held } from "../account.ts";

const strategy = z.object({
  capacityProvider: z.string(),
  base: z.int().min(0).default(0),
  weight: z.int().min(0).max(1_000).default(0),
});

/** What of a service's inputs its tasks depend on; the SDK's types have been held to before. */
const settings = z.object({
  name: z.string(),
  cluster: z.string(),
  taskDefinition: z.string(),
  desiredCount: z.int().min(0).default(0),
  launchType: z.string().optional(),
  capacityProviderStrategies: z.array(strategy).default([]),
  deploymentMinimumHealthyPercent: z.int().min(0).default(100),
  deploymentMaximumPercent: z.int().min(0).default(200),
  deploymentCircuitBreaker: z
    .object({ enable: z.boolean(), rollback: z.boolean() })
    .default({ enable: false, rollback: false }),
  forceNewDeployment: z.boolean().default(false),
  healthCheckGracePeriodSeconds: z.int().min(0).default(0),
  waitForSteadyState: z.boolean().default(false),
  networkConfiguration: z
    .object({
      subnets: z.array(z.string()).min(1),
      securityGroups: z.array(z.string()).default([]),
      assignPublicIp: z.boolean().default(false),
    })
    .optional(),
  loadBalancers: z
    .array(
      z.object({
        targetGroupArn: z.string(),
        containerName: z.string(),
        containerPort: z.int(),
      }),
    )
    .max(1)
    .default([]),
});

export type Settings = z.output<typeof settings>;
export type Strategy = z.output<typeof strategy>;

export function settingsOf(held: Held): Settings {
  return settings.parse(givenTo(held));
}

/** Which capacity provider the next task is on: first those with a base, then by weight. */
export function providerOfNext(strategies: readonly Strategy[], running: readonly string[]): string {
  const countOf = ({ capacityProvider }: Strategy) =>
    running.filter((provider) => provider === capacityProvider).length;
  const lacking = strategies.find((one) => countOf(one) < one.base);
  if (lacking !== undefined) return lacking.capacityProvider;
  const [next] = strategies
    .filter(({ weight }) => weight > 0)
    .map((one) => ({ one, share: (countOf(one) - one.base + 1) / one.weight }))
    .toSorted((first, second) => first.share - second.share);
  return next?.one.capacityProvider ?? "FARGATE";
}
