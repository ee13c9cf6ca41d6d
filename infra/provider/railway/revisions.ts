import { z } from "zod";
import type { ApiClient } from "../../api/client.ts";
import { ask } from "./graphql.ts";

/**
 * The variable that says which of our changes a service's settings are: `<number>-<digest of what was declared>`. Every
 * deployment keeps a snapshot of the variables that it was made with, so it tells what is deployed from what is not.
 * It is no setting of the worker, and must not begin as those do.
 */
export const REVISION = "SETTINGS_REVISION";

export interface Deployment {
  readonly id: string;
  /** DeploymentStatus of the schema. */
  readonly status: string;
  /** Null when it was made without one; undefined when Railway does not tell. */
  readonly revision: string | null | undefined;
}

/** Statuses of a deployment from its beginning until it is known what becomes of it. */
const UNDER_WAY: ReadonlySet<string> = new Set([
  "QUEUED",
  "WAITING",
  "INITIALIZING",
  "BUILDING",
  "DEPLOYING",
]);
/** One that sleeps is woken by whoever comes; ours never sleep. */
const LIVE: ReadonlySet<string> = new Set(["SUCCESS", "SLEEPING"]);

export function isUnderWay({ status }: Pick<Deployment, "status">): boolean {
  return UNDER_WAY.has(status);
}

export function isLive({ status }: Pick<Deployment, "status">): boolean {
  return LIVE.has(status);
}

/** Whether it was made with these settings; with no word of Railway's, our own record is all there is. */
export function isOf(deployment: Deployment, revision: string | undefined): boolean {
  return deployment.revision === undefined || deployment.revision === revision;
}

const snapshot = z.object({ variables: z.record(z.string(), z.unknown()) }).nullable();

/** The revision that each of them was made with, by id. */
export async function revisionsOf(
  api: ApiClient,
  deployments: readonly { readonly id: string }[],
  service: string,
): Promise<ReadonlyMap<string, string | null>> {
  const ids = [...new Set(deployments.map(({ id }) => id))];
  if (ids.length === 0) return new Map();
  const parameters = ids.map((_id, index) => `$d${index}: String!`).join(", ");
  const fields = ids.map(
    (_id, index) => `d${index}: deploymentSnapshot(deploymentId: $d${index}) { variables }`,
  );
  const found = await ask(api, {
    document: `query snapshots(${parameters}) { ${fields.join(" ")} }`,
    variables: Object.fromEntries(ids.map((id, index) => [`d${index}`, id])),
    doing: `read the deployments of service "${service}"`,
    answer: z.record(z.string(), snapshot),
  });
  return new Map(
    ids.flatMap((id, index) => {
      const variables = found[`d${index}`]?.variables;
      if (variables === undefined) return [];
      const revision = variables[REVISION];
      return [[id, typeof revision === "string" ? revision : null] as const];
    }),
  );
}
