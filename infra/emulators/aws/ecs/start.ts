import { plain } from "../../../provider/values.ts";
import { attributeOf, textOf, type Account } from "../account.ts";
import { allows, trusts } from "../policy.ts";
import type { TaskDefinition } from "./task-definition.ts";

/** A task comes to nothing before its container runs: the reason, in ECS's words. */
export class NotStarted extends Error {
  override readonly name = "NotStarted";
}

const SECRET = "aws:secretsmanager/secret:Secret";
const VERSION = "aws:secretsmanager/secretVersion:SecretVersion";
const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
const TASKS = "ecs-tasks.amazonaws.com";

/**
 * What the agent of ECS does before a container runs, as the task's execution role allows it: secrets become
 * variables of its environment, and its log a stream.
 * @throws NotStarted
 */
export function environmentOf(
  account: Account,
  definition: TaskDefinition,
  region: string,
): Readonly<Record<string, string>> {
  const { container, executionRoleArn, taskRoleArn } = definition;
  for (const role of [executionRoleArn, taskRoleArn].filter((arn) => arn !== ""))
    requireTrust(account, role, region);
  requireLog(account, definition, region);
  const pull = (valueFrom: string) => secretValue(account, executionRoleArn, valueFrom);
  if (container.repositoryCredentials !== undefined)
    pull(container.repositoryCredentials.credentialsParameter);
  return {
    ...Object.fromEntries(container.environment.map(({ name, value }) => [name, value])),
    ...Object.fromEntries(container.secrets.map(({ name, valueFrom }) => [name, pull(valueFrom)])),
  };
}

function requireTrust(account: Account, role: string, region: string): void {
  const context = {
    "aws:SourceAccount": account.number,
    "aws:SourceArn": `arn:aws:ecs:${region}:${account.number}:*`,
  };
  if (trusts(account, role, TASKS, context)) return;
  throw new NotStarted(
    `ECS was unable to assume the role '${role}' that was provided for this task. Please verify that the role ` +
      "being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.",
  );
}

function requireLog(account: Account, definition: TaskDefinition, region: string): void {
  const { logConfiguration } = definition.container;
  if (logConfiguration === undefined) return;
  const group = logConfiguration.options["awslogs-group"];
  const failed = (why: string) =>
    new NotStarted(
      `ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ${why}`,
    );
  if (account.find(LOG_GROUP, group) === undefined)
    throw failed("ResourceNotFoundException: The specified log group does not exist.");
  const resource = `arn:aws:logs:${region}:${account.number}:log-group:${group}:log-stream:any`;
  for (const action of ["logs:CreateLogStream", "logs:PutLogEvents"])
    if (!allows(account, definition.executionRoleArn, { action, resource }))
      throw failed(
        `AccessDeniedException: ${definition.executionRoleArn} is not authorized to perform: ${action}`,
      );
}

/** @param valueFrom `<arn of the secret>:<key>:<stage>:<version>`, or the ARN alone */
function secretValue(account: Account, role: string, valueFrom: string): string {
  const failed = (why: string) =>
    new NotStarted(
      "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: " +
        `unable to retrieve secret from asm: service call has been retried 1 time(s): ${why}`,
    );
  const [arn, key = "", stage = "", version = ""] = partsOf(valueFrom);
  // Whoever may not read it is not told whether it is there.
  if (!allows(account, role, { action: "secretsmanager:GetSecretValue", resource: arn }))
    throw failed(
      `failed to fetch secret ${arn} from secrets manager: AccessDeniedException: ${role} is not authorized to perform: secretsmanager:GetSecretValue`,
    );
  const missing = () =>
    failed(
      `failed to fetch secret ${arn} from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret value for ${version === "" ? `staging label: ${stage || "AWSCURRENT"}` : `VersionId: ${version}`}`,
    );
  if (account.find(SECRET, arn) === undefined || (stage !== "" && stage !== "AWSCURRENT")) throw missing();
  const versions = account.having(VERSION, "secretId", arn);
  const found =
    version === "" ? versions.at(-1) : versions.find((one) => textOf(one, "versionId") === version);
  if (found === undefined) throw missing();
  const text = String(plain(attributeOf(found, "secretString")));
  if (key === "") return text;
  const value = valueAt(text, key);
  if (value === undefined)
    throw failed(`retrieved secret from Secrets Manager did not contain json key ${key}`);
  return value;
}

/** An ARN of a secret has six colons before its name, and none in it. */
function partsOf(valueFrom: string): [string, ...string[]] {
  const parts = valueFrom.split(":");
  return [parts.slice(0, 7).join(":"), ...parts.slice(7)];
}

function valueAt(json: string, key: string): string | undefined {
  try {
    const value = (JSON.parse(json) as Readonly<Record<string, unknown>>)[key];
    return value === undefined ? undefined : String(value);
  } catch {
    return undefined;
  }
}
