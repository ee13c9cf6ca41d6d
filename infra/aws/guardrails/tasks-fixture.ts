import { expect } from "vitest";
import { ofType, type Guardrails } from "./stacks-fixture.ts";

/** AWS docs, Fargate task definition differences, task size, 2026: MiB by units of CPU, at the least, at the most, in steps of. */
const FARGATE: Readonly<Record<number, readonly [number, number, number]>> = {
  512: [1_024, 4_096, 1_024],
  1_024: [2_048, 8_192, 1_024],
  2_048: [4_096, 16_384, 1_024],
  4_096: [8_192, 30_720, 1_024],
};

export const taskGuardrails: Guardrails = {
  "have a size that Fargate takes": ({ nodes }) => {
    for (const { cpu, memory } of ofType(nodes, "ecs_task_definition")) {
      if (cpu === 256) {
        expect([512, 1_024, 2_048]).toContain(memory);
        continue;
      }
      const [least = Number.NaN, most = Number.NaN, step = Number.NaN] = FARGATE[cpu] ?? [];
      expect(memory).toBeGreaterThanOrEqual(least);
      expect(memory).toBeLessThanOrEqual(most);
      expect(memory % step).toBe(0);
    }
  },

  "run as nobody, on a file system that they cannot write, with an init process, and can be entered by nobody":
    ({ nodes }) => {
      for (const { container } of ofType(nodes, "ecs_task_definition"))
        expect(container).toMatchObject({
          user: "10001:10001",
          readonlyRootFilesystem: true,
          initProcessEnabled: true,
        });
      for (const { enableExecuteCommand } of ofType(nodes, "ecs_service"))
        expect(enableExecuteCommand).toBe(false);
    },

  "have time to drain, as much as Fargate leaves": ({ fleet, nodes }) => {
    for (const { container } of ofType(nodes, "ecs_task_definition")) {
      expect(container.stopTimeout).toBeGreaterThan(fleet.drainSeconds);
      expect(container.stopTimeout).toBeLessThanOrEqual(120);
    }
  },

  "are asked for their health where they serve, within ECS's limits": ({ fleet, nodes }) => {
    for (const [at, { container }] of ofType(nodes, "ecs_task_definition").entries()) {
      const { healthCheck, portMappings } = container;
      const port = fleet.processes[at]?.port;
      expect(portMappings).toEqual([{ containerPort: port, protocol: "tcp" }]);
      expect(healthCheck.command.slice(0, 3)).toEqual(["CMD", "/usr/local/bin/node", "-e"]);
      expect(healthCheck.command[3]).toContain(`127.0.0.1:${port}/health/ready`);
      expect(healthCheck.interval).toBeGreaterThanOrEqual(5);
      expect(healthCheck.timeout).toBeLessThanOrEqual(healthCheck.interval);
      expect(healthCheck.startPeriod).toBeLessThanOrEqual(300);
    }
  },

  "one at the least is never on Spot, and there is Spot only where it is wanted": ({ chosen, nodes }) => {
    for (const { capacityProviderStrategy } of ofType(nodes, "ecs_service")) {
      const [demand, spot, ...others] = capacityProviderStrategy;
      expect(others).toEqual([]);
      expect(demand?.capacityProvider).toBe("FARGATE");
      expect(demand?.base).toBeGreaterThanOrEqual(Math.max(1, chosen.onDemandBase));
      expect(spot?.base ?? 0).toBe(0);
      expect(spot?.weight ?? 0).toBe(chosen.spot);
      expect((demand?.weight ?? 0) + (spot?.weight ?? 0)).toBe(100);
    }
  },

  "are replaced by others that are there first, and what never works is taken back": ({ nodes }) => {
    for (const service of ofType(nodes, "ecs_service"))
      expect(service).toMatchObject({
        deploymentMinimumHealthyPercent: 100,
        deploymentMaximumPercent: 200,
        circuitBreaker: { enable: true, rollback: true },
        waitForSteadyState: true,
      });
  },

  "become more exactly where there may be more, and then the engines leave their number alone": ({
    fleet,
    nodes,
  }) => {
    const scaled = fleet.processes.filter(({ instances, maxInstances }) => maxInstances > instances);
    expect(scaled.map(({ role }) => role).filter((role) => role === "web")).toEqual([]);
    expect(
      ofType(nodes, "appautoscaling_target").map(({ minCapacity, maxCapacity }) => [
        minCapacity,
        maxCapacity,
      ]),
    ).toEqual(scaled.map(({ instances, maxInstances }) => [instances, maxInstances]));
    expect(ofType(nodes, "appautoscaling_policy").map(({ policyType }) => policyType)).toEqual(
      scaled.flatMap(() => ["TargetTrackingScaling", "StepScaling"]),
    );
    for (const { name, ignoresDesiredCount } of ofType(nodes, "ecs_service"))
      expect(ignoresDesiredCount).toBe(scaled.some((process) => name === `${fleet.name}-${process.name}`));
    for (const policy of ofType(nodes, "appautoscaling_policy"))
      if (policy.policyType === "TargetTrackingScaling") expect(policy.scaleInCooldown).toBeGreaterThan(120);
  },
};
