import { reference, type Document, type Text } from "../../aws/references.ts";
import type { FleetParts } from "./fleet-parts.ts";
import type { FleetResource } from "./graph.ts";
import { ecrRepositoryOf } from "./image-source.ts";
import { metricsNamespace } from "./metrics.ts";

const VERSION = "2012-10-17";

/**
 * Two roles: what ECS may do to start a task, and what the worker may do in it. `*` stands only where AWS knows no
 * resource: for the login at ECR, and for metrics, which a condition narrows to the stack's own.
 */
export function accessNodes(parts: FleetParts): FleetResource[] {
  const { fleet, title, config } = parts;
  const role = (purpose: "execution" | "task", description: string): FleetResource => ({
    type: "iam_role",
    name: `${fleet}-${purpose}-role`,
    roleName: `${title}-${purpose}`,
    description,
    assumeRolePolicy: assumedByTasks(config.account),
  });
  const policy = (purpose: "execution" | "task", statements: readonly Document[]): FleetResource => ({
    type: "iam_role_policy",
    name: `${fleet}-${purpose}-policy`,
    policyName: `${title}-${purpose}`,
    role: reference(`${fleet}-${purpose}-role`, "name"),
    policy: { Version: VERSION, Statement: statements },
  });
  return [
    role("execution", "Starts tasks: pulls the image, reads the secrets, writes the log"),
    policy("execution", [writeLog(fleet), readSecrets(parts), ...pullImage(parts)]),
    role("task", "What the workers may do at AWS: publish their own metrics"),
    policy("task", [publishMetrics(parts)]),
  ];
}

function assumedByTasks(account: string | undefined): Document {
  return {
    Version: VERSION,
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "ecs-tasks.amazonaws.com" },
        Action: "sts:AssumeRole",
        ...(account === undefined ? {} : { Condition: { StringEquals: { "aws:SourceAccount": account } } }),
      },
    ],
  };
}

function writeLog(fleet: string): Document {
  return allow(["logs:CreateLogStream", "logs:PutLogEvents"], {
    join: [reference(`${fleet}-log`, "arn"), ":*"],
  });
}

function readSecrets({ fleet, config }: FleetParts): Document {
  const names = config.registryUser === undefined ? ["secrets"] : ["secrets", "registry"];
  return allow(
    ["secretsmanager:GetSecretValue"],
    names.map((name) => reference(`${fleet}-${name}`, "arn")),
  );
}

function pullImage({ fleet, config, request }: FleetParts): Document[] {
  const from = ecrRepositoryOf(request.image);
  const repositories: Text[] = [
    ...(from === undefined ? [] : [from]),
    ...(config.repository ? [reference(`${fleet}-repository`, "arn")] : []),
  ];
  if (repositories.length === 0) return [];
  return [
    allow(["ecr:GetAuthorizationToken"], "*"),
    allow(
      ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      repositories,
    ),
  ];
}

function publishMetrics({ request: { stack } }: FleetParts): Document {
  return {
    ...allow(["cloudwatch:PutMetricData"], "*"),
    Condition: { StringEquals: { "cloudwatch:namespace": metricsNamespace(stack) } },
  };
}

function allow(actions: readonly string[], resource: Document) {
  return { Effect: "Allow", Action: actions, Resource: resource };
}
