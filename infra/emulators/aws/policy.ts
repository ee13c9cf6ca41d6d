import { attributeOf, textOf, type Account } from "./account.ts";

/** What somebody is about to do. */
export interface Deed {
  /** `secretsmanager:GetSecretValue` */
  readonly action: string;
  /** An ARN, or `*` where the action has none. */
  readonly resource: string;
  /** What conditions may ask for: `cloudwatch:namespace`. */
  readonly context?: Readonly<Record<string, string>>;
}

interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: { readonly Service?: Several };
  readonly Action?: Several;
  readonly Resource?: Several;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, Several>>>>;
}

type Several = string | readonly string[];

const ROLE = "aws:iam/role:Role";
/** What AWS's own policies allow, as far as tasks are started by it. */
const MANAGED: Readonly<Record<string, readonly Statement[]>> = {
  "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy": [
    {
      Effect: "Allow",
      Action: [
        "ecr:GetAuthorizationToken",
        "ecr:BatchCheckLayerAvailability",
        "ecr:GetDownloadUrlForLayer",
        "ecr:BatchGetImage",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
      ],
      Resource: "*",
    },
  ],
};
/** Conditions of other kinds are never met here: better refused than allowed by mistake. */
const CONDITIONS: Readonly<Record<string, (value: string, wanted: string) => boolean>> = {
  StringEquals: (value, wanted) => value === wanted,
  StringLike: matches,
  ArnEquals: matches,
  ArnLike: matches,
};

/** Whether the policies of a role allow it. */
export function allows(account: Account, roleArn: string, deed: Deed): boolean {
  const statements = statementsOf(account, roleArn).filter((statement) => isAbout(statement, deed));
  return (
    statements.some(({ Effect }) => Effect === "Allow") && !statements.some(({ Effect }) => Effect === "Deny")
  );
}

/** Whether a service of AWS may act as that role. @param service `ecs-tasks.amazonaws.com` */
export function trusts(
  account: Account,
  roleArn: string,
  service: string,
  context: Readonly<Record<string, string>>,
): boolean {
  const role = account.withArn(roleArn);
  if (role?.type !== ROLE) return false;
  return documentOf(attributeOf(role, "assumeRolePolicy")).some(
    (statement) =>
      statement.Effect === "Allow" &&
      several(statement.Action).includes("sts:AssumeRole") &&
      several(statement.Principal?.Service).includes(service) &&
      isMet(statement, context),
  );
}

function statementsOf(account: Account, roleArn: string): readonly Statement[] {
  const role = account.withArn(roleArn);
  if (role?.type !== ROLE) return [];
  const own = account
    .having("aws:iam/rolePolicy:RolePolicy", "role", role.id)
    .flatMap((policy) => documentOf(attributeOf(policy, "policy")));
  const managed = account
    .having("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "role", role.id)
    .flatMap((attachment) => MANAGED[textOf(attachment, "policyArn")] ?? []);
  return [...own, ...managed];
}

function isAbout(statement: Statement, { action, resource, context = {} }: Deed): boolean {
  return (
    several(statement.Action).some((pattern) => matches(action.toLowerCase(), pattern.toLowerCase())) &&
    several(statement.Resource).some((pattern) => matches(resource, pattern)) &&
    isMet(statement, context)
  );
}

function isMet({ Condition = {} }: Statement, context: Readonly<Record<string, string>>): boolean {
  return Object.entries(Condition).every(([operator, wanted]) =>
    Object.entries(wanted).every(([key, values]) => {
      const value = context[key];
      const compare = CONDITIONS[operator];
      if (value === undefined || compare === undefined) return false;
      return several(values).some((one) => compare(value, one));
    }),
  );
}

/** `*` is any text, `?` any character. */
function matches(text: string, pattern: string): boolean {
  const source = pattern
    .replaceAll(/[$()+.[\\\]^{|}]/g, String.raw`\$&`)
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s").test(text);
}

function documentOf(policy: unknown): readonly Statement[] {
  const { Statement: statements } = (typeof policy === "string" ? JSON.parse(policy) : policy) as {
    readonly Statement: Statement | readonly Statement[];
  };
  return [statements].flat() as readonly Statement[];
}

function several(value: Several | undefined): readonly string[] {
  return value === undefined ? [] : [value].flat();
}
