import { reference, type Text } from "../../aws/references.ts";
import type { PlannedValue } from "../../workload.ts";
import type { FleetParts } from "./fleet-parts.ts";
import type { FleetResource } from "./graph.ts";

/** Days in which what production deleted can be restored. */
const RECOVERY_DAYS = 7;

export function isSecretValue(value: PlannedValue): value is Exclude<PlannedValue, string> {
  return typeof value !== "string";
}

/**
 * All secret settings of the fleet in one secret, because each is billed. Its version is named by the task definitions:
 * a new value makes new ones, and so reaches the tasks.
 */
export function secretNodes({ fleet, title, config, request, processes }: FleetParts): FleetResource[] {
  const recoveryWindowInDays = request.production ? RECOVERY_DAYS : 0;
  const values = Object.assign({}, ...processes.map(({ environment }) => secretsIn(environment))) as Record<
    string,
    Text
  >;
  return [
    {
      type: "secretsmanager_secret",
      name: `${fleet}-secrets`,
      secretName: title,
      description: "Secret settings of the workers",
      recoveryWindowInDays,
    },
    {
      type: "secretsmanager_secret_version",
      name: `${fleet}-secrets-version`,
      secretId: reference(`${fleet}-secrets`, "id"),
      secretString: values,
    },
    ...(config.registryUser === undefined
      ? []
      : registryNodes(fleet, title, config.registryUser, recoveryWindowInDays)),
  ];
}

function registryNodes(
  fleet: string,
  title: string,
  username: string,
  recoveryWindowInDays: number,
): FleetResource[] {
  return [
    {
      type: "secretsmanager_secret",
      name: `${fleet}-registry`,
      secretName: `${title}-registry`,
      description: "What the image's registry is asked with",
      recoveryWindowInDays,
    },
    {
      type: "secretsmanager_secret_version",
      name: `${fleet}-registry-version`,
      secretId: reference(`${fleet}-registry`, "id"),
      secretString: { username, password: { secret: "OXY_REGISTRY_PASSWORD" } },
    },
  ];
}

/** Where a container finds one of them: ARN, key, no stage, version. */
export function secretReference(fleet: string, name: string): Text {
  return {
    join: [
      reference(`${fleet}-secrets`, "arn"),
      `:${name}::`,
      reference(`${fleet}-secrets-version`, "versionId"),
    ],
  };
}

function secretsIn(environment: Readonly<Record<string, PlannedValue>>): Record<string, Text> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (isSecretValue(value) ? [[name, value]] : [])),
  );
}
