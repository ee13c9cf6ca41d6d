import { z } from "zod";
import type { ApiClient } from "../../api/client.ts";
import { createOnce } from "../../api/create-once.ts";
import { until } from "../../api/until.ts";
import { type Context, ResourceFailed } from "../resource.ts";
import { logLines } from "./log-lines.ts";
import { isSameImage } from "./service-settings.ts";
import { quoted, type RenderService } from "./services.ts";

const deploy = z.object({
  id: z.string(),
  status: z.string().optional(),
  createdAt: z.string().optional(),
  finishedAt: z.string().nullish(),
  image: z.object({ ref: z.string().optional(), sha: z.string().optional() }).nullish(),
});
const listing = z.array(z.object({ deploy }));

/** One attempt to bring a service to its settings. */
export type Deploy = z.output<typeof deploy>;

/** Render gives up by itself: after 2 h of building, which no image needs, and 15 min of starting. */
const PATIENCE_SECONDS = 30 * 60;
/** Until a deploy that was asked for is listed. */
const LISTED_SECONDS = 60;
/** Until the first deploy of a new service is listed. */
const FIRST_LISTED_SECONDS = 15;
/** Deploys that are looked at for the one that is live. */
const LOOKED_AT = 20;
const LAST_LINES = 12;
/** Characters of a failed start's output that are worth reading in an error. */
const MOST_WORDS = 600;

const FAILED: Readonly<Record<string, string>> = {
  build_failed: "its image could not be pulled",
  pre_deploy_failed: "its pre-deploy command failed",
  update_failed: "it did not start, or was not healthy in time",
  canceled: "somebody canceled it",
};

/** The newest first. */
export async function deploysOf(render: ApiClient, service: RenderService): Promise<readonly Deploy[]> {
  const listed = await render.call({
    method: "GET",
    path: `/services/${service.id}/deploys`,
    query: { limit: LOOKED_AT },
    doing: `list deploys of ${quoted(service)}`,
    answer: listing,
  });
  return listed
    .map((entry) => entry.deploy)
    .toSorted((one, other) => (other.createdAt ?? "").localeCompare(one.createdAt ?? ""));
}

/** Those of a service that was created a moment ago may not be listed yet; there is always a first one. */
export async function deploysOnceListed(
  render: ApiClient,
  service: RenderService,
  signal: AbortSignal,
): Promise<readonly Deploy[]> {
  const listed = await until(FIRST_LISTED_SECONDS, signal, async () => {
    const all = await deploysOf(render, service);
    return all.length === 0 ? undefined : all;
  });
  return listed ?? [];
}

export function liveAmong(deploys: readonly Deploy[]): Deploy | undefined {
  return deploys.find(({ status }) => status === "live");
}

/** Where Render does not say which image a deploy has, it has the one that the service is set to. */
export function isLiveWith(live: Deploy | undefined, image: string): boolean {
  if (live === undefined) return false;
  const { ref, sha } = live.image ?? {};
  const said = [ref, sha].filter((text) => text !== undefined && text !== "");
  return said.length === 0 || said.some((text) => isSameImage(image, text));
}

export function isUnderWay({ status = "created" }: Deploy): boolean {
  return !(status in FAILED) && status !== "live" && status !== "deactivated";
}

/**
 * Has the service deployed with the settings that it has now, and waits until that is live.
 * @param before the deploys that there were
 * @throws ResourceFailed with the last lines of its log when it comes to nothing; what ran before goes on
 */
export async function deployNow(
  render: ApiClient,
  service: RenderService,
  before: readonly Deploy[],
  context: Context,
): Promise<void> {
  const known = new Set(before.map(({ id }) => id));
  const find = async () => (await deploysOf(render, service)).find(({ id }) => !known.has(id));
  const listed = () => until(LISTED_SECONDS, context.signal, find);
  // A suspended service is deployed by resuming it.
  const trigger =
    service.suspended === "suspended"
      ? { path: `/services/${service.id}/resume`, doing: `resume ${quoted(service)}` }
      : { path: `/services/${service.id}/deploys`, body: {}, doing: `deploy ${quoted(service)}` };
  const started = await createOnce(
    find,
    async () => {
      await render.call({ method: "POST", ...trigger });
      return await listed();
    },
    context.signal,
  );
  if (started === undefined)
    throw new ResourceFailed(
      `Render was asked to ${trigger.doing} and lists no new deploy after ${LISTED_SECONDS} s; oxy up asks again`,
    );
  await untilLive(render, service, started, context);
}

/** @throws ResourceFailed */
export async function untilLive(
  render: ApiClient,
  service: RenderService,
  started: Deploy,
  context: Context,
): Promise<void> {
  let last = "";
  const end = await until(PATIENCE_SECONDS, context.signal, async () => {
    const all = await deploysOf(render, service);
    const own = all.find(({ id }) => id === started.id);
    // A later one has taken its place, with the same settings or newer ones.
    const current =
      own === undefined || own.status === "canceled" || own.status === "deactivated" ? all[0] : own;
    if (current === undefined) return undefined;
    if (current.status !== undefined && current.status !== last) {
      last = current.status;
      context.progress(`Render: ${last.replaceAll("_", " ")}`);
    }
    return isUnderWay(current) ? undefined : current;
  });
  if (end?.status === "live") return;
  throw new ResourceFailed(
    end === undefined
      ? `Render has not deployed ${quoted(service)} within ${PATIENCE_SECONDS / 60} min (${last}); oxy up goes on waiting`
      : `Render could not deploy ${quoted(service)}: ${await reasonOf(render, service, end)}`,
  );
}

async function reasonOf(render: ApiClient, service: RenderService, failed: Deploy): Promise<string> {
  const { status = "unknown" } = failed;
  const why = `${FAILED[status] ?? "it ended"} (${status})`;
  const since = failed.createdAt ?? service.createdAt;
  const lines = await logLines(render, service, { since, count: LAST_LINES });
  const said = lines
    .map(({ message }) => message)
    .join(" ")
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(-MOST_WORDS);
  return said === "" ? `${why}; it printed nothing` : `${why}: ${said}`;
}
