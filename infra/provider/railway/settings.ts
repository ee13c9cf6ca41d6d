import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { ApiClient } from "../../api/client.ts";
import { ask } from "./graphql.ts";
import type { FoundProject } from "./projects.ts";
import { isLive, isOf, REVISION } from "./revisions.ts";
import { ownVariables, type FoundService, type SeenService } from "./services.ts";

/** What a service is to be. */
export interface DeclaredService {
  readonly image: string;
  readonly startCommand: string | null;
  /** In Railway's words. */
  readonly placement: string;
  readonly replicas: number;
  /** Of each replica; missing for those of the workspace's plan. */
  readonly limits?: { readonly memoryGb: number; readonly vcpus: number };
  readonly registry?: { readonly username: string; readonly password: string };
  /** Null for a service without HTTP. */
  readonly health: { readonly path: string; readonly seconds: number } | null;
  readonly graceSeconds: number;
  readonly overlapSeconds: number;
  readonly variables: Readonly<Record<string, string>>;
  /** Whatever else takes a new deployment to be in force. */
  readonly more?: string;
}

const DIGEST_LENGTH = 16;

/** Settings as Railway's API has them, so that what is seen and what is written are compared by name. */
function instanceSettings(declared: DeclaredService) {
  return {
    source: { image: declared.image },
    startCommand: declared.startCommand,
    healthcheckPath: declared.health?.path ?? null,
    healthcheckTimeout: declared.health?.seconds ?? null,
    drainingSeconds: declared.graceSeconds,
    overlapSeconds: declared.overlapSeconds,
    // On failure alone, and ten times, unless told otherwise; and what ended well must run again too.
    restartPolicyType: "ALWAYS",
    // Railway calls that serverless: whoever holds a WhatsApp session must not sleep.
    sleepApplication: false,
  };
}

/** Names of the settings that are not in force as declared, as far as the API tells. */
export function settingsChanged(seen: SeenService, declared: DeclaredService): readonly string[] {
  const wanted = instanceSettings(declared);
  const names = Object.keys(wanted) as (keyof typeof wanted)[];
  const regions = { [declared.placement]: declared.replicas };
  return [
    ...names.filter((name) => !isDeepStrictEqual(plain(seen[name]), wanted[name])),
    ...(isUnlike(seen.regions, regions) ? [REGIONS] : []),
    ...(isUnlike(seen.limits, declared.limits) ? [LIMITS] : []),
  ];
}

/** What is not told, or not declared, is like everything. */
function isUnlike<Value>(seen: Value | undefined, declared: Value | undefined): boolean {
  return seen !== undefined && declared !== undefined && !isDeepStrictEqual(seen, declared);
}

const REGIONS = "multiRegionConfig";
const LIMITS = "limits";

/** An image alone: what else a source may be, is not ours. */
function plain(value: SeenService[keyof SeenService]): unknown {
  return typeof value === "object" && value !== null && "image" in value ? { image: value.image } : value;
}

/** The revision of a service's settings; undefined when they never were ours. */
export function revisionOf({ variables }: SeenService): string | undefined {
  return variables[REVISION];
}

/** Whether what runs was made with the settings that the service has. */
export function isDeployed(seen: SeenService): boolean {
  const revision = revisionOf(seen);
  return seen.active.some((deployment) => isLive(deployment) && isOf(deployment, revision));
}

/**
 * Writes what is not as declared, and nothing else. A new revision is noted first: as long as no deployment was made
 * with it, the next one goes on here.
 * @returns the revision
 */
export async function bringInLine(
  api: ApiClient,
  place: FoundProject,
  service: FoundService,
  seen: SeenService,
  declared: DeclaredService,
): Promise<string> {
  const digest = digestOf(declared);
  const [number = "0", before] = revisionOf(seen)?.split("-") ?? [];
  const changed = settingsChanged(seen, declared);
  const isSame = isDeepStrictEqual(ownVariables(seen.variables, declared.variables), declared.variables);
  const isNew = before !== digest;
  // What the API does not tell is taken to be there once a deployment was made with it.
  const isUncertain = isNew || !isDeployed(seen);
  const revision =
    isNew || !isSame || changed.length > 0 ? `${Number(number) + 1}-${digest}` : revisionOf(seen);
  if (revision !== undefined && revision !== revisionOf(seen))
    await writeVariables(api, place, service, { ...declared.variables, [REVISION]: revision });
  const input = inputOf(seen, declared, changed, isUncertain);
  if (Object.keys(input).length > 0) await writeSettings(api, place, service, input);
  const { limits } = declared;
  if (limits !== undefined && (changed.includes(LIMITS) || (seen.limits === undefined && isUncertain)))
    await writeLimits(api, place, service, limits);
  return revision ?? "";
}

function inputOf(
  seen: SeenService,
  declared: DeclaredService,
  changed: readonly string[],
  isUncertain: boolean,
): Readonly<Record<string, unknown>> {
  const wanted = Object.entries(instanceSettings(declared)).filter(([name]) => changed.includes(name));
  const { placement, replicas, registry } = declared;
  const isPlaced = !changed.includes(REGIONS) && !(seen.regions === undefined && isUncertain);
  return {
    ...Object.fromEntries(wanted),
    ...(isPlaced ? {} : { [REGIONS]: { [placement]: { numReplicas: replicas } } }),
    ...(registry !== undefined && isUncertain ? { registryCredentials: registry } : {}),
  };
}

/** Nobody sees it but who sees the variables themselves. */
export function digestOf(declared: DeclaredService): string {
  const text = JSON.stringify(sorted(declared));
  return createHash("sha256").update(text).digest("hex").slice(0, DIGEST_LENGTH);
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return entries.map(([key, inside]) => [key, sorted(inside)]);
}

async function writeVariables(
  api: ApiClient,
  { projectId, environmentId }: FoundProject,
  { id, name }: FoundService,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  await ask(api, {
    document: `mutation variableCollectionUpsert($input: VariableCollectionUpsertInput!) {
      variableCollectionUpsert(input: $input)
    }`,
    variables: {
      input: { projectId, environmentId, serviceId: id, variables, replace: true, skipDeploys: true },
    },
    doing: `set the variables of service "${name}"`,
    answer: z.object({ variableCollectionUpsert: z.boolean() }),
  });
}

async function writeSettings(
  api: ApiClient,
  { environmentId }: FoundProject,
  { id, name }: FoundService,
  input: Readonly<Record<string, unknown>>,
): Promise<void> {
  await ask(api, {
    document: `mutation serviceInstanceUpdate(
      $serviceId: String!
      $environmentId: String!
      $input: ServiceInstanceUpdateInput!
    ) {
      serviceInstanceUpdate(serviceId: $serviceId, environmentId: $environmentId, input: $input)
    }`,
    variables: { serviceId: id, environmentId, input },
    doing: `set up service "${name}"`,
    answer: z.object({ serviceInstanceUpdate: z.boolean() }),
  });
}

async function writeLimits(
  api: ApiClient,
  { environmentId }: FoundProject,
  { id, name }: FoundService,
  { memoryGb, vcpus }: { readonly memoryGb: number; readonly vcpus: number },
): Promise<void> {
  await ask(api, {
    document: `mutation serviceInstanceLimitsUpdate($input: ServiceInstanceLimitsUpdateInput!) {
      serviceInstanceLimitsUpdate(input: $input)
    }`,
    variables: { input: { serviceId: id, environmentId, memoryGB: memoryGb, vCPUs: vcpus } },
    doing: `limit service "${name}"`,
    answer: z.object({ serviceInstanceLimitsUpdate: z.boolean() }),
  });
}
