import { z } from "zod";
import type { ApiClient } from "../../api/client.ts";
import { createOnce } from "../../api/create-once.ts";
import { until } from "../../api/until.ts";
import { lastWords } from "../local/readiness.ts";
import { ResourceFailed, type Context } from "../resource.ts";
import { ask } from "./graphql.ts";
import type { FoundProject } from "./projects.ts";
import { isLive, isOf, isUnderWay, type Deployment } from "./revisions.ts";
import { seeService, type FoundService, type SeenService } from "./services.ts";
import { revisionOf } from "./settings.ts";

/** Queueing and pulling an image, on top of its own start, in s. */
const PULL_SECONDS = 300;
const MARGIN_SECONDS = 10;
const LAST_LINES = 20;

/**
 * Makes the service run with the settings that it has now. What is under way with them is waited for; what was cut off
 * is completed by whoever comes next.
 * @param startSeconds how long a process may take until it is ready
 * @throws ResourceFailed with its last words when it does not get there; what ran before goes on
 */
export async function deploy(
  place: FoundProject,
  service: FoundService,
  seen: SeenService,
  revision: string,
  startSeconds: number,
  { api, context }: { readonly api: ApiClient; readonly context: Context },
): Promise<void> {
  const { latest, active } = seen;
  // What was there before a revision was written cannot be of it, even where Railway does not tell.
  const isOurs = (deployment: Deployment): boolean =>
    revision === revisionOf(seen) && isOf(deployment, revision);
  const next = latest !== undefined && isUnderWay(latest) ? latest : undefined;
  if (active.some((deployment) => isLive(deployment) && isOurs(deployment)) && !(next && !isOurs(next)))
    return;
  const id =
    next !== undefined && isOurs(next)
      ? next.id
      : await start(place, service, latest?.id, revision, { api, context });
  await untilLive(service, id, startSeconds, { api, context });
}

/** @param before the latest deployment there was; a later one of our revision is the one that nobody told us of */
async function start(
  place: FoundProject,
  service: FoundService,
  before: string | undefined,
  revision: string,
  { api, context }: { readonly api: ApiClient; readonly context: Context },
): Promise<string> {
  return await createOnce(
    async () => {
      const { latest } = await seeService(api, place, service);
      return latest !== undefined && latest.id !== before && isOf(latest, revision) ? latest.id : undefined;
    },
    async () => {
      const { serviceInstanceDeployV2 } = await ask(api, {
        document: `mutation serviceInstanceDeployV2($serviceId: String!, $environmentId: String!) {
          serviceInstanceDeployV2(serviceId: $serviceId, environmentId: $environmentId)
        }`,
        variables: { serviceId: service.id, environmentId: place.environmentId },
        doing: `deploy service "${service.name}"`,
        answer: z.object({ serviceInstanceDeployV2: z.string() }),
      });
      return serviceInstanceDeployV2;
    },
    context.signal,
  );
}

async function untilLive(
  { name }: FoundService,
  id: string,
  startSeconds: number,
  { api, context }: { readonly api: ApiClient; readonly context: Context },
): Promise<void> {
  let last = "";
  const seconds = startSeconds + PULL_SECONDS;
  const end = await until(seconds, context.signal, async () => {
    const { deployment } = await ask(api, {
      document: `query deployment($id: String!) { deployment(id: $id) { status } }`,
      variables: { id },
      doing: `follow the deployment of service "${name}"`,
      answer: z.object({ deployment: z.object({ status: z.string() }) }),
    });
    if (deployment.status !== last) context.progress(`deployment ${deployment.status.toLowerCase()}`);
    last = deployment.status;
    return isUnderWay(deployment) ? undefined : deployment.status;
  });
  if (end !== undefined && isLive({ status: end })) return;
  const how = end === undefined ? `was not live within ${seconds} s, but ${last}` : `ended ${end}`;
  throw new ResourceFailed(
    `the deployment of service "${name}" at Railway ${how}: ${await wordsOf(api, id, name)}`,
  );
}

/** What it printed; if it never ran, what Railway says about it. */
async function wordsOf(api: ApiClient, id: string, service: string): Promise<string> {
  const { printed, built } = await ask(api, {
    document: `query lastWords($id: String!, $limit: Int!) {
      printed: deploymentLogs(deploymentId: $id, limit: $limit) { message }
      built: buildLogs(deploymentId: $id, limit: $limit) { message }
    }`,
    variables: { id, limit: LAST_LINES },
    doing: `read the log of service "${service}"`,
    answer: z.object({ printed: z.array(line), built: z.array(line) }),
  });
  return lastWords((printed.length > 0 ? printed : built).map(({ message }) => message));
}

const line = z.object({ message: z.string() });

/** Gives what runs its drain time, before the service is deleted. */
export async function stopAll(
  { name }: FoundService,
  { active, drainingSeconds }: SeenService,
  { api, context }: { readonly api: ApiClient; readonly context: Context },
): Promise<void> {
  if (active.length === 0) return;
  const seconds = drainingSeconds ?? 0;
  context.progress(`draining, up to ${seconds} s`);
  for (const { id } of active) {
    await ask(api, {
      document: `mutation deploymentStop($id: String!) { deploymentStop(id: $id) }`,
      variables: { id },
      doing: `stop service "${name}"`,
      answer: z.object({ deploymentStop: z.boolean() }),
    });
  }
  for (const { id } of active) {
    await until(seconds + MARGIN_SECONDS, context.signal, async () => {
      const { deployment } = await ask(api, {
        document: `query stopped($id: String!) { deployment(id: $id) { deploymentStopped } }`,
        variables: { id },
        doing: `follow the end of service "${name}"`,
        answer: z.object({ deployment: z.object({ deploymentStopped: z.boolean() }) }),
      });
      return deployment.deploymentStopped ? true : undefined;
    });
  }
}
