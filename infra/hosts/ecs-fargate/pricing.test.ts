import { expect, test } from "vitest";
import { planWith } from "../../compare/cost/plan-fixture.ts";
import type { FleetResource } from "./graph.ts";
import type { EcsFargatePlan } from "./plan.ts";
import { priceFleet } from "./pricing.ts";

/** Whether AWS bills what the node makes; a new type of node has to be decided on here. */
const IS_BILLED = {
  appautoscaling_policy: true,
  appautoscaling_target: false,
  cloudwatch_log_group: true,
  cloudwatch_metric_alarm: true,
  ecr_lifecycle_policy: false,
  ecr_repository: true,
  ecs_cluster: true,
  ecs_cluster_capacity_providers: false,
  ecs_service: true,
  ecs_task_definition: false,
  iam_role: false,
  iam_role_policy: false,
  lb: true,
  lb_listener: false,
  lb_target_group: false,
  secretsmanager_secret: true,
  secretsmanager_secret_version: false,
  security_group: false,
  vpc_security_group_egress_rule: false,
  vpc_security_group_ingress_rule: false,
} as const satisfies Readonly<Record<FleetResource["type"], boolean>>;

const plan = planWith(
  { kind: "elasticache", preset: "recommended" },
  {
    host: "ecs-fargate",
    preset: "recommended",
    repository: true,
    insights: true,
  },
).fleets[0] as EcsFargatePlan;

test.each(Object.entries(IS_BILLED))("of %s, that the bill has it is %s", (type, isBilled) => {
  expect(plan.resources.some((node) => node.type === type)).toBe(true);
  // Services run tasks that are defined, so that a definition cannot be left out alone.
  if (type === "ecs_task_definition") return;
  const without = { ...plan, resources: plan.resources.filter((node) => node.type !== type) };
  expect(JSON.stringify(priceFleet(without)) !== JSON.stringify(priceFleet(plan))).toBe(isBilled);
});

test("a service without a task of the plan is a defect of the plan", () => {
  const without = { ...plan, resources: plan.resources.filter(({ type }) => type !== "ecs_task_definition") };
  expect(() => priceFleet(without)).toThrow("runs no task of it");
});
