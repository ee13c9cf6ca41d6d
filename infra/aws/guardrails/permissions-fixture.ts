import { expect } from "vitest";
import { names } from "./names-fixture.ts";
import { ofType, type Guardrails } from "./stacks-fixture.ts";

/** A statement of a policy, as the plans write them. */
interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Condition?: unknown;
  readonly Principal?: unknown;
}

function statementsIn(policy: unknown): readonly Statement[] {
  return (policy as { readonly Statement: readonly Statement[] }).Statement;
}

function actionsOf({ Action }: Statement): readonly string[] {
  return typeof Action === "string" ? [Action] : Action;
}

export const permissionGuardrails: Guardrails = {
  "only tasks take on a role, of the one account where it is known": ({ config, nodes }) => {
    for (const { assumeRolePolicy } of ofType(nodes, "iam_role"))
      expect(statementsIn(assumeRolePolicy)).toEqual([
        {
          Effect: "Allow",
          Principal: { Service: "ecs-tasks.amazonaws.com" },
          Action: "sts:AssumeRole",
          ...(config.account === undefined
            ? {}
            : { Condition: { StringEquals: { "aws:SourceAccount": config.account } } }),
        },
      ]);
  },

  "`*` stands only for the login at ECR and for metrics of the stack's own": ({ nodes }) => {
    const statements = ofType(nodes, "iam_role_policy").flatMap(({ policy }) => statementsIn(policy));
    expect(statements.flatMap(actionsOf).filter((action) => action.includes("*"))).toEqual([]);
    const wide = statements.filter(({ Resource }) => [Resource].flat().includes("*"));
    for (const statement of wide) {
      const [action, ...others] = actionsOf(statement);
      expect(others).toEqual([]);
      expect(["ecr:GetAuthorizationToken", "cloudwatch:PutMetricData"]).toContain(action);
      if (action === "cloudwatch:PutMetricData")
        expect(statement.Condition).toEqual({
          StringEquals: { "cloudwatch:namespace": expect.stringMatching(/^Oxy\/./) },
        });
    }
  },

  "the worker may publish its metrics, and nothing else": ({ fleet, nodes }) => {
    const published = new Set(
      fleet.processes.flatMap(({ environment }) => environment["OXY_METRICS_NAMESPACE"] ?? []),
    );
    const [policy, ...others] = ofType(nodes, "iam_role_policy").filter(({ role }) =>
      names(role)[0]?.endsWith("-task-role"),
    );
    expect(others).toEqual([]);
    expect(statementsIn(policy?.policy)).toEqual([
      {
        Effect: "Allow",
        Action: ["cloudwatch:PutMetricData"],
        Resource: "*",
        Condition: { StringEquals: { "cloudwatch:namespace": [...published][0] } },
      },
    ]);
  },

  "ECS may read the fleet's secrets and write its log, and no others": ({ fleet, nodes }) => {
    const policy = ofType(nodes, "iam_role_policy").find(({ role }) =>
      names(role)[0]?.endsWith("-execution-role"),
    );
    const statements = statementsIn(policy?.policy);
    const allowed = (action: string) =>
      statements.filter((statement) => actionsOf(statement).includes(action));
    expect(allowed("secretsmanager:GetSecretValue").map(({ Resource }) => names(Resource))).toEqual([
      ofType(fleet.resources, "secretsmanager_secret").map(({ name }) => name),
    ]);
    expect(allowed("logs:PutLogEvents").map(({ Resource }) => names(Resource))).toEqual([
      ofType(fleet.resources, "cloudwatch_log_group").map(({ name }) => name),
    ]);
    const pulls = ofType(fleet.resources, "ecr_repository").map(({ name }) => name);
    expect(allowed("ecr:BatchGetImage").flatMap(({ Resource }) => names(Resource))).toEqual(pulls);
    expect(allowed("ecr:GetAuthorizationToken").length > 0).toBe(pulls.length > 0);
  },
};
