import { z } from "zod";
import type { ApiClient } from "../../api/client.ts";
import { isApiFailure } from "../../api/failure.ts";
import { readConfig, type ConfiguredService } from "./environment-config.ts";
import { ask } from "./graphql.ts";
import { allOf, pageOf } from "./pages.ts";
import { findProject, workspaceOf, type FoundProject } from "./projects.ts";
import { REVISION, revisionsOf, type Deployment } from "./revisions.ts";

/** The longest name that is surely allowed: it is part of a domain, and Railway documents no limit. */
export const LONGEST_NAME = 32;

/** A service of a stack's project. */
export interface FoundService {
  readonly id: string;
  readonly name: string;
}

/** A service as it is. */
export interface SeenService extends ConfiguredService {
  readonly source: { readonly image: string | null } | null;
  readonly startCommand: string | null;
  readonly healthcheckPath: string | null;
  readonly healthcheckTimeout: number | null;
  readonly drainingSeconds: number | null;
  readonly overlapSeconds: number | null;
  readonly restartPolicyType: string;
  readonly sleepApplication: boolean | null;
  readonly domains: readonly string[];
  readonly proxies: readonly { readonly id: string; readonly domain: string; readonly port: number }[];
  /** The id of the volume that is mounted in it. */
  readonly volume: string | undefined;
  /** As they were written, with references; and those that Railway adds. */
  readonly variables: Readonly<Record<string, string>>;
  readonly latest: Deployment | undefined;
  readonly active: readonly Deployment[];
}

/** @throws ApiFailed, `missing` when the project is gone */
export async function listServices(
  api: ApiClient,
  { projectId, environmentId }: FoundProject,
): Promise<readonly FoundService[]> {
  const nodes = await allOf(async (after) => {
    const { environment } = await ask(api, {
      document: `query services($environmentId: String!, $projectId: String!, $after: String) {
        environment(id: $environmentId, projectId: $projectId) {
          serviceInstances(first: 100, after: $after) {
            edges { node { serviceId serviceName } }
            pageInfo { hasNextPage endCursor }
          }
        }
      }`,
      variables: { environmentId, projectId, ...(after === undefined ? {} : { after }) },
      doing: "list the services of the stack's project",
      answer: z.object({
        environment: z.object({
          serviceInstances: pageOf(z.object({ serviceId: z.string(), serviceName: z.string() })),
        }),
      }),
    });
    return environment.serviceInstances;
  });
  return nodes.map(({ serviceId, serviceName }) => ({ id: serviceId, name: serviceName }));
}

/**
 * @returns undefined when it is not there, or its whole project is not
 * @throws ApiFailed
 */
export async function findService(
  api: ApiClient,
  place: FoundProject,
  name: string,
  stack: string,
): Promise<FoundService | undefined> {
  try {
    return (await listServices(api, place)).find((service) => service.name === name);
  } catch (error) {
    if (isApiFailure(error, "missing")) return undefined;
    // Railway says of what is deleted that it is not allowed; the list of projects tells which of both it is.
    if (!isApiFailure(error, "forbidden")) throw error;
    const project = await findProject(api, await workspaceOf(api), stack);
    if (project?.projectId === place.projectId) throw error;
    return undefined;
  }
}

/** Without an image: nothing is deployed before its settings are there. @param variables with our mark among them */
export async function createService(
  api: ApiClient,
  { projectId, environmentId }: FoundProject,
  name: string,
  variables: Readonly<Record<string, string>>,
): Promise<FoundService> {
  const { serviceCreate } = await ask(api, {
    document: `mutation serviceCreate($input: ServiceCreateInput!) {
      serviceCreate(input: $input) { id name }
    }`,
    variables: { input: { projectId, environmentId, name, variables } },
    doing: `create service "${name}"`,
    answer: z.object({ serviceCreate: z.object({ id: z.string(), name: z.string() }) }),
  });
  return serviceCreate;
}

export async function deleteService(api: ApiClient, { id, name }: FoundService): Promise<void> {
  try {
    await ask(api, {
      document: `mutation serviceDelete($id: String!) { serviceDelete(id: $id) }`,
      variables: { id },
      doing: `delete service "${name}"`,
      answer: z.object({ serviceDelete: z.boolean() }),
    });
  } catch (error) {
    if (!isApiFailure(error, "missing")) throw error;
  }
}

export async function variablesOf(
  api: ApiClient,
  { projectId, environmentId }: FoundProject,
  { id, name }: FoundService,
): Promise<Readonly<Record<string, string>>> {
  const { variables } = await ask(api, {
    document: `query variables($projectId: String!, $environmentId: String!, $serviceId: String!) {
      variables(projectId: $projectId, environmentId: $environmentId, serviceId: $serviceId, unrendered: true)
    }`,
    variables: { projectId, environmentId, serviceId: id },
    doing: `read the variables of service "${name}"`,
    answer: z.object({ variables: z.record(z.string(), z.string()) }),
  });
  return variables;
}

const deployment = z.object({ id: z.string(), status: z.string() });

const seen = z.object({
  serviceInstance: z.object({
    source: z.object({ image: z.string().nullable() }).nullable(),
    startCommand: z.string().nullable(),
    healthcheckPath: z.string().nullable(),
    healthcheckTimeout: z.number().nullable(),
    drainingSeconds: z.number().nullable(),
    overlapSeconds: z.number().nullable(),
    restartPolicyType: z.string(),
    sleepApplication: z.boolean().nullable(),
    domains: z.object({
      serviceDomains: z.array(z.object({ domain: z.string(), deletedAt: z.string().nullable() })),
    }),
    latestDeployment: deployment.nullable(),
    activeDeployments: z.array(deployment),
  }),
  environment: z.object({
    config: z.unknown(),
    volumeInstances: z.object({
      edges: z.array(z.object({ node: z.object({ volumeId: z.string(), serviceId: z.string() }) })),
    }),
  }),
  variables: z.record(z.string(), z.string()),
  tcpProxies: z.array(
    z.object({
      id: z.string(),
      domain: z.string(),
      proxyPort: z.number(),
      deletedAt: z.string().nullable(),
    }),
  ),
});

/** Everything that is decided on. @throws ApiFailed */
export async function seeService(
  api: ApiClient,
  { projectId, environmentId }: FoundProject,
  { id, name }: FoundService,
): Promise<SeenService> {
  const { serviceInstance, environment, variables, tcpProxies } = await ask(api, {
    document: `query service($projectId: String!, $environmentId: String!, $serviceId: String!) {
      serviceInstance(environmentId: $environmentId, serviceId: $serviceId) {
        source { image }
        startCommand
        healthcheckPath
        healthcheckTimeout
        drainingSeconds
        overlapSeconds
        restartPolicyType
        sleepApplication
        domains { serviceDomains { domain deletedAt } }
        latestDeployment { id status }
        activeDeployments { id status }
      }
      environment(id: $environmentId, projectId: $projectId) {
        config
        volumeInstances(first: 100) { edges { node { volumeId serviceId } } }
      }
      variables(projectId: $projectId, environmentId: $environmentId, serviceId: $serviceId, unrendered: true)
      tcpProxies(environmentId: $environmentId, serviceId: $serviceId) { id domain proxyPort deletedAt }
    }`,
    variables: { projectId, environmentId, serviceId: id },
    doing: `read service "${name}"`,
    answer: seen,
  });
  const { domains, latestDeployment, activeDeployments, ...settings } = serviceInstance;
  const deployments = [...activeDeployments, ...(latestDeployment === null ? [] : [latestDeployment])];
  const revisions = await revisionsOf(api, deployments, name);
  const revised = (one: z.output<typeof deployment>): Deployment => ({
    ...one,
    revision: revisions.get(one.id),
  });
  return {
    ...settings,
    ...readConfig(environment.config, id),
    domains: domains.serviceDomains.filter(({ deletedAt }) => deletedAt === null).map(({ domain }) => domain),
    proxies: tcpProxies
      .filter(({ deletedAt }) => deletedAt === null)
      .map((proxy) => ({ id: proxy.id, domain: proxy.domain, port: proxy.proxyPort })),
    volume: environment.volumeInstances.edges.find(({ node }) => node.serviceId === id)?.node.volumeId,
    variables,
    latest: latestDeployment === null ? undefined : revised(latestDeployment),
    active: activeDeployments.map(revised),
  };
}

/** The variables that are ours to declare: neither Railway's own nor the one that says which revision they are. */
export function ownVariables(
  variables: SeenService["variables"],
  declared: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const isOurs = (name: string): boolean =>
    name in declared || (name !== REVISION && !name.startsWith("RAILWAY_"));
  return Object.fromEntries(Object.entries(variables).filter(([name]) => isOurs(name)));
}
