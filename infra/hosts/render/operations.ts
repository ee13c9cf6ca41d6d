import { setTimeout as delay } from "node:timers/promises";
import { ApiClient } from "../../api/client.ts";
import { ownEnvironment } from "../../home.ts";
import type { Operations, PrintedLine, ProcessStatus } from "../../host.ts";
import { renderApi } from "../../provider/render/api.ts";
import { deploysOf, liveAmong } from "../../provider/render/deploys.ts";
import { logLines, type LogLine } from "../../provider/render/log-lines.ts";
import {
  findService,
  retrieveService,
  serviceName,
  type RenderService,
} from "../../provider/render/services.ts";
import { workspaceId } from "../../provider/render/workspace.ts";
import type { RenderFleetPlan } from "./plan.ts";

/** Between two looks at a log that is followed, in ms: Render allows 400 reads a minute. */
const LOOK_MS = 2_000;
/** How far back the last lines of a log are looked for, in ms. */
const LOOK_BACK_MS = 24 * 3_600_000;

/** Through Render's API, with the key of the environment. */
export const operations: Operations<RenderFleetPlan> = {
  async status(plan, stack) {
    const render = new ApiClient(renderApi, ownEnvironment());
    const found = await servicesOf(render, plan, stack);
    return await Promise.all(
      found.map(({ name, service }) =>
        service === undefined
          ? { name, condition: "not there", image: plan.image }
          : serviceStatus(render, name, service),
      ),
    );
  },

  async *logs(plan, stack, { lines, follow, signal }) {
    const render = new ApiClient(renderApi, ownEnvironment(), { signal });
    const found = await servicesOf(render, plan, stack);
    const followed: Follower[] = [];
    for (const { name, service } of found) {
      if (service === undefined) continue;
      const from = new Date(Date.now() - LOOK_BACK_MS).toISOString();
      const last = await logLines(render, service, { since: from, count: Math.max(lines, 1) });
      if (lines > 0) for (const { message } of last) yield { process: name, text: message };
      followed.push(new Follower(render, name, service, last));
    }
    if (!follow) return;
    while (!signal.aborted) {
      for (const follower of followed) {
        for await (const line of follower.more()) {
          if (signal.aborted) return;
          yield line;
        }
      }
      await delay(LOOK_MS, undefined, { signal }).catch(() => {});
    }
  },
};

async function servicesOf(render: ApiClient, plan: RenderFleetPlan, stack: string) {
  const ownerId = await workspaceId(render, plan.workspace);
  return await Promise.all(
    plan.processes.map(async ({ name, serviceId }) => {
      if (serviceId !== undefined) return { name, service: await retrieveService(render, serviceId) };
      const place = { stack, fleet: plan.name, name, region: plan.region };
      return { name, service: await findService(render, serviceName(place), ownerId) };
    }),
  );
}

async function serviceStatus(
  render: ApiClient,
  name: string,
  service: RenderService,
): Promise<ProcessStatus> {
  const deploys = await deploysOf(render, service);
  const live = liveAmong(deploys);
  const [newest] = deploys;
  const { imagePath = "", suspended, serviceDetails } = service;
  const since = live?.finishedAt ?? live?.createdAt;
  return {
    name,
    condition: conditionOf(suspended === "suspended", live?.id, newest),
    image: live?.image?.ref ?? imagePath,
    ...(since === undefined ? {} : { since }),
    ...(serviceDetails.url ? { urls: { http: serviceDetails.url } } : {}),
  };
}

function conditionOf(
  isSuspended: boolean,
  live: string | undefined,
  newest: { readonly id: string; readonly status?: string | undefined } | undefined,
): string {
  if (isSuspended) return "suspended";
  const attempt = newest?.status?.replaceAll("_", " ") ?? "never deployed";
  if (live === undefined) return attempt;
  return live === newest?.id ? "running" : `running; the deploy after it: ${attempt}`;
}

/** Remembers what it has shown: two lines may have the same time. */
class Follower {
  readonly #render: ApiClient;
  readonly #process: string;
  readonly #service: RenderService;
  #since: string;
  #shown: Set<string>;

  constructor(render: ApiClient, process: string, service: RenderService, last: readonly LogLine[]) {
    this.#render = render;
    this.#process = process;
    this.#service = service;
    this.#since = last.at(-1)?.timestamp ?? new Date().toISOString();
    this.#shown = new Set(last.map(({ id }) => id));
  }

  async *more(): AsyncGenerator<PrintedLine> {
    const lines = await logLines(this.#render, this.#service, { since: this.#since, first: true });
    const fresh = lines.filter(({ id }) => !this.#shown.has(id));
    for (const { message } of fresh) yield { process: this.#process, text: message };
    if (fresh.length === 0) return;
    this.#since = fresh.at(-1)?.timestamp ?? this.#since;
    // Whatever came before that time is not asked for again.
    this.#shown = new Set(lines.map(({ id }) => id));
  }
}
