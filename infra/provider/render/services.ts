import { z } from "zod";
import type { ApiClient } from "../../api/client.ts";
import { isApiFailure } from "../../api/failure.ts";
import { remoteName } from "../remote-name.ts";
import { ResourceFailed } from "../resource.ts";
import { everyEntry } from "./pages.ts";

/** The name becomes a host name, with a few characters of Render's own. */
const LONGEST_NAME = 50;

/** What of a service is used. What a background worker has not is missing. */
const renderService = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  ownerId: z.string(),
  suspended: z.enum(["suspended", "not_suspended"]),
  autoDeploy: z.string(),
  createdAt: z.string(),
  imagePath: z.string().optional(),
  /** Of one that Render builds from git. */
  repo: z.string().optional(),
  branch: z.string().optional(),
  registryCredential: z.object({ id: z.string(), name: z.string() }).nullish(),
  serviceDetails: z.object({
    runtime: z.string().optional(),
    env: z.string().optional(),
    plan: z.string(),
    region: z.string(),
    numInstances: z.int(),
    autoscaling: z
      .object({
        enabled: z.boolean(),
        min: z.int(),
        max: z.int(),
        criteria: z.object({
          cpu: z.object({ enabled: z.boolean(), percentage: z.int() }),
          memory: z.object({ enabled: z.boolean(), percentage: z.int() }),
        }),
      })
      .nullish(),
    maxShutdownDelaySeconds: z.int().optional(),
    healthCheckPath: z.string().optional(),
    url: z.string().optional(),
    disk: z.object({ name: z.string(), sizeGB: z.int(), mountPath: z.string() }).nullish(),
    sshAddress: z.string().optional(),
  }),
});

export type RenderService = z.output<typeof renderService>;
export type Autoscaling = NonNullable<RenderService["serviceDetails"]["autoscaling"]>;

/** What a process of a fleet is called at Render. */
export interface ServicePlace {
  readonly stack: string;
  readonly fleet: string;
  readonly name: string;
  readonly region: string;
}

export function serviceName({ stack, fleet, name, region }: ServicePlace): string {
  return remoteName([stack, fleet, name, region], LONGEST_NAME);
}

/** For sentences. */
export function quoted(service: Pick<RenderService, "name">): string {
  return `service "${service.name}"`;
}

/**
 * The service of that name.
 * @param ownerId of the workspace; missing: in any that the key opens
 * @throws ResourceFailed when there are several
 */
export async function findService(
  render: ApiClient,
  name: string,
  ownerId?: string,
): Promise<RenderService | undefined> {
  const named = await everyEntry(render, {
    path: "/services",
    query: { name, ...(ownerId === undefined ? {} : { ownerId }) },
    doing: `look for service "${name}"`,
    named: "service",
    entry: renderService,
  });
  const [one, ...others] = named.filter((service) => service.name === name);
  if (others.length === 0) return one;
  throw new ResourceFailed(
    `Render has ${others.length + 1} services named "${name}" (${[one, ...others].map((each) => each?.id).join(", ")}): delete or rename all but one`,
  );
}

/** Those that run a process of their own: web services and background workers. */
export async function runningServices(render: ApiClient, ownerId: string): Promise<readonly RenderService[]> {
  return await everyEntry(render, {
    path: "/services",
    query: { ownerId, type: ["web_service", "background_worker"], includePreviews: "false" },
    doing: "list services",
    named: "service",
    entry: renderService,
  });
}

/** @returns undefined when it is gone */
export async function retrieveService(render: ApiClient, id: string): Promise<RenderService | undefined> {
  try {
    return await render.call({
      method: "GET",
      path: `/services/${id}`,
      doing: `retrieve service ${id}`,
      answer: renderService,
    });
  } catch (error) {
    if (isApiFailure(error, "missing")) return undefined;
    throw error;
  }
}

export const createdService = z.object({ service: renderService });
