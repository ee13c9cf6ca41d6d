import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Api } from "./api/api.ts";
import type { RunningEmulators } from "./emulators/running.ts";
import { rehearsalHome } from "./home.ts";

/** The state of rehearsed stacks, as Pulumi takes it. @param home the project's */
export function rehearsalState(home: string): string {
  // metadata=skip: as in Pulumi.yaml.
  return `${pathToFileURL(join(rehearsalHome(home), "state"))}?create_dir=true&metadata=skip`;
}

/** What an API is called at that nobody emulates: the error says it. */
const NOWHERE = "http://no-emulator-runs.invalid";

/**
 * Nothing that this machine knows of accounts at AWS, for Pulumi's plugin and for AWS's SDKs: a profile would go before
 * the credentials of a rehearsal, and a configuration file or a metadata service may have others.
 */
const withoutAwsAccounts = {
  AWS_PROFILE: "",
  AWS_DEFAULT_PROFILE: "",
  AWS_SESSION_TOKEN: "",
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "false",
} as const;

/** What the SDKs and the plugin call a service whose address may be told apart: `AWS_ENDPOINT_URL_ECS`. */
const AWS_SERVICES = [
  "APPLICATION_AUTO_SCALING",
  "CLOUDWATCH",
  "CLOUDWATCH_LOGS",
  "EC2",
  "ECR",
  "ECS",
  "ELASTICACHE",
  "ELASTIC_LOAD_BALANCING_V2",
  "IAM",
  "SECRETS_MANAGER",
  "SNS",
  "STS",
];

/** That every service of AWS is called there, and nowhere else. */
export function awsAt(url: string): Readonly<Record<string, string>> {
  const each = AWS_SERVICES.map((service) => [`AWS_ENDPOINT_URL_${service}`, url]);
  return { ...withoutAwsAccounts, AWS_ENDPOINT_URL: url, ...Object.fromEntries(each) };
}

/**
 * Environment variables with which program, provider and operations rehearse. An API that has no emulator is called
 * nowhere, and with nobody's credentials: a rehearsal reaches no account.
 * @param apis all that there are
 */
export function offlineEnvironment(
  apis: readonly Api[],
  emulators: RunningEmulators | undefined,
): Readonly<Record<string, string>> {
  const nowhere = apis.flatMap(({ urlVariable, variables }) => [
    [urlVariable, NOWHERE],
    ...variables.map((variable) => [variable, "offline"]),
  ]);
  return {
    ...Object.fromEntries(nowhere),
    // It has no API of ours: Pulumi's plugin and its SDKs find it by themselves.
    ...awsAt(NOWHERE),
    AWS_ACCESS_KEY_ID: "offline",
    AWS_SECRET_ACCESS_KEY: "offline",
    ...emulators?.environment,
    OXY_OFFLINE: "1",
  };
}

/** What plain Pulumi rehearses with, as lines of a shell. @param home the project's */
export function exportsFor(home: string, environment: Readonly<Record<string, string>>): string {
  const all = { ...environment, OXY_OFFLINE: "1", OXY_HOME: home, PULUMI_BACKEND_URL: rehearsalState(home) };
  const lines = Object.entries(all).map(([name, value]) => `export ${name}=${quoted(value)}\n`);
  return lines.join("");
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
