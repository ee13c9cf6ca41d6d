import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { ApiClient } from "../../api/client.ts";
import { ownEnvironment } from "../../home.ts";
import type { Operations, PrintedLine, ProcessStatus } from "../../host.ts";
import { railwayApi } from "../../provider/railway/api.ts";
import { urlOf } from "../../provider/railway/domains.ts";
import { ask } from "../../provider/railway/graphql.ts";
import { findProject, workspaceOf, type FoundProject } from "../../provider/railway/projects.ts";
import { isLive } from "../../provider/railway/revisions.ts";
import { serviceName } from "../../provider/railway/service.ts";
import { findService, type FoundService } from "../../provider/railway/services.ts";
import type { RailwayFleetPlan } from "./plan.ts";

/** Between two looks at a log that is followed, in ms: the smallest plan allows 1000 calls an hour. */
const LOOK_MS = 5_000;
/** The most that Railway gives of a log at once. */
const MOST_LINES = 5_000;

/** Through Railway's API, with the token of the environment. */
export const operations: Operations<RailwayFleetPlan> = {
  async status(plan, stack) {
    const api = new ApiClient(railwayApi, ownEnvironment());
    const place = await findProject(api, await workspaceOf(api), stack);
    const each = plan.processes.map(({ name }) => processStatus(api, place, name, plan, stack));
    return (await Promise.all(each)).flat();
  },

  async *logs(plan, stack, { lines, follow, signal }) {
    const api = new ApiClient(railwayApi, ownEnvironment(), { signal });
    const place = await findProject(api, await workspaceOf(api), stack);
    const found = plan.processes.map(async ({ name }) => ({
      name,
      service: await serviceOf(api, place, name, plan, stack),
    }));
    const tails = (await Promise.all(found)).flatMap(({ name, service }) =>
      place === undefined || service === undefined ? [] : [new Tail(api, place, service, name)],
    );
    for (const tail of tails) yield* (await tail.next()).slice(lines === 0 ? MOST_LINES : -lines);
    if (!follow) return;
    while (!signal.aborted) {
      await delay(LOOK_MS, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      for (const tail of tails) yield* await tail.next();
    }
  },
};

async function serviceOf(
  api: ApiClient,
  place: FoundProject | undefined,
  process: string,
  { name: fleet, region }: RailwayFleetPlan,
  stack: string,
): Promise<FoundService | undefined> {
  return place && (await findService(api, place, serviceName({ fleet, name: process, region }), stack));
}

const deployment = z.object({ id: z.string(), status: z.string(), createdAt: z.string() });

/** What runs of a process, and what its latest deployment came to if it does not run. */
async function processStatus(
  api: ApiClient,
  place: FoundProject | undefined,
  name: string,
  plan: RailwayFleetPlan,
  stack: string,
): Promise<ProcessStatus[]> {
  const service = await serviceOf(api, place, name, plan, stack);
  if (place === undefined || service === undefined)
    return [{ name, condition: "not there", image: plan.image }];
  const { serviceInstance } = await ask(api, {
    document: `query status($serviceId: String!, $environmentId: String!) {
      serviceInstance(serviceId: $serviceId, environmentId: $environmentId) {
        source { image }
        domains { serviceDomains { domain } }
        latestDeployment { id status createdAt }
        activeDeployments { id status createdAt }
      }
    }`,
    variables: { serviceId: service.id, environmentId: place.environmentId },
    doing: `read service "${service.name}"`,
    answer: z.object({
      serviceInstance: z.object({
        source: z.object({ image: z.string().nullable() }).nullable(),
        domains: z.object({ serviceDomains: z.array(z.object({ domain: z.string() })) }),
        latestDeployment: deployment.nullable(),
        activeDeployments: z.array(deployment),
      }),
    }),
  });
  const { latestDeployment: latest, activeDeployments: active, source, domains } = serviceInstance;
  const isLatestRunning = latest !== null && active.some(({ id }) => id === latest.id);
  const shown = latest === null || isLatestRunning ? active : [...active, latest];
  const [domain] = domains.serviceDomains;
  const urls = domain === undefined ? {} : { urls: { http: urlOf(domain.domain) } };
  if (shown.length === 0) return [{ name, condition: "not deployed", image: source?.image ?? "" }];
  return await Promise.all(
    shown.map(async ({ id, status, createdAt }) => {
      const condition = isLive({ status }) ? "running" : `deployment ${status.toLowerCase()}`;
      const image = (await imageOf(api, id, service.name)) ?? source?.image ?? "";
      return Object.assign({ name, condition, image, since: createdAt }, urls);
    }),
  );
}

/** The image that a deployment was made with, as its own settings say it. */
async function imageOf(api: ApiClient, id: string, service: string): Promise<string | undefined> {
  const { deploymentSnapshot } = await ask(api, {
    document: `query image($id: String!) { deploymentSnapshot(deploymentId: $id) { variables } }`,
    variables: { id },
    doing: `read the deployment of service "${service}"`,
    answer: z.object({
      deploymentSnapshot: z.object({ variables: z.object({ OXY_IMAGE: z.string().optional() }) }).nullable(),
    }),
  });
  return deploymentSnapshot?.variables.OXY_IMAGE;
}

const line = z.object({ timestamp: z.string(), message: z.string() });

/** What a service prints, whichever of its deployments is the newest. */
class Tail {
  readonly #api: ApiClient;
  readonly #place: FoundProject;
  readonly #service: FoundService;
  readonly #process: string;
  /** Of the last line that was read; they sort as text. */
  #last = "";

  constructor(api: ApiClient, place: FoundProject, service: FoundService, process: string) {
    this.#api = api;
    this.#place = place;
    this.#service = service;
    this.#process = process;
  }

  /** What was printed since it was last asked. */
  async next(): Promise<PrintedLine[]> {
    const id = await this.#newest();
    if (id === undefined) return [];
    const { deploymentLogs } = await ask(this.#api, {
      document: `query logs($id: String!, $limit: Int!, $startDate: DateTime) {
        deploymentLogs(deploymentId: $id, limit: $limit, startDate: $startDate) { timestamp message }
      }`,
      variables: { id, limit: MOST_LINES, ...(this.#last === "" ? {} : { startDate: this.#last }) },
      doing: `read the log of service "${this.#service.name}"`,
      answer: z.object({ deploymentLogs: z.array(line) }),
    });
    const fresh = deploymentLogs
      .filter(({ timestamp }) => timestamp > this.#last)
      .toSorted((one, other) => (one.timestamp < other.timestamp ? -1 : 1));
    this.#last = fresh.at(-1)?.timestamp ?? this.#last;
    return fresh.map(({ message }) => ({ process: this.#process, text: message }));
  }

  async #newest(): Promise<string | undefined> {
    const { serviceInstance } = await ask(this.#api, {
      document: `query newest($serviceId: String!, $environmentId: String!) {
        serviceInstance(serviceId: $serviceId, environmentId: $environmentId) { latestDeployment { id } }
      }`,
      variables: { serviceId: this.#service.id, environmentId: this.#place.environmentId },
      doing: `find the newest deployment of service "${this.#service.name}"`,
      answer: z.object({
        serviceInstance: z.object({ latestDeployment: z.object({ id: z.string() }).nullable() }),
      }),
    });
    return serviceInstance.latestDeployment?.id;
  }
}
