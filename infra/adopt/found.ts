import type { ApiClient } from "../api/client.ts";
import { deploysOf, liveAmong } from "../provider/render/deploys.ts";
import { environmentOf } from "../provider/render/service-environment.ts";
import { digestOf } from "../provider/render/service-settings.ts";
import { runningServices, type RenderService } from "../provider/render/services.ts";
import { hostOf, regionOf, type Database } from "../provider/upstash/databases.ts";
import { planInForce } from "../provider/upstash/database-plan.ts";

/** A service as it runs today. */
export interface FoundService {
  readonly service: RenderService;
  /** Its values are secret. */
  readonly environment: Readonly<Record<string, string>>;
  /** The image that is live, by digest; undefined of one that is built from git, or where Render does not say. */
  readonly image: string | undefined;
}

/** What runs in a workspace: web services and background workers, by name. */
export async function servicesFound(render: ApiClient, ownerId: string): Promise<readonly FoundService[]> {
  const services = await runningServices(render, ownerId);
  const found = await Promise.all(
    services.map(async (service) => ({
      service,
      environment: (await environmentOf(render, service)).variables,
      image: await liveImage(render, service),
    })),
  );
  return found.toSorted((one, other) => one.service.name.localeCompare(other.service.name));
}

async function liveImage(render: ApiClient, service: RenderService): Promise<string | undefined> {
  const { imagePath } = service;
  if (imagePath === undefined) return undefined;
  const { ref, sha } = liveAmong(await deploysOf(render, service))?.image ?? {};
  const digest = [sha, ref, imagePath].flatMap((text) => digestOf(text ?? "") ?? []).at(0);
  return digest === undefined ? undefined : `${imagePath.replace(/(?:@.*|:[^/]*)$/, "")}@${digest}`;
}

/** Render's word for it is long. */
export function kindOf({ type }: Pick<RenderService, "type">): "web" | "worker" {
  return type === "web_service" ? "web" : "worker";
}

/** The database that a `REDIS_URL` names. */
export function databaseAt(url: string | undefined, databases: readonly Database[]): Database | undefined {
  const parsed = url === undefined ? null : URL.parse(url);
  if (parsed === null) return undefined;
  return databases.find(
    (database) => hostOf(database) === parsed.hostname && `${database.port}` === (parsed.port || "6379"),
  );
}

/** A database as it is shown. */
export interface DescribedDatabase {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly plan: string;
  readonly eviction: boolean;
  readonly autoUpgrade: boolean;
  /** Names of the services whose REDIS_URL it is. */
  readonly usedBy: readonly string[];
}

export function describedDatabase(database: Database, services: readonly FoundService[]): DescribedDatabase {
  const {
    database_id: id,
    database_name: name,
    eviction = false,
    auto_upgrade: autoUpgrade = false,
  } = database;
  return {
    id,
    name,
    region: regionOf(database) ?? "unknown",
    plan: planInForce(database) ?? database.type ?? "unknown",
    eviction,
    autoUpgrade,
    usedBy: services
      .filter(({ environment }) => databaseAt(environment["REDIS_URL"], [database]) !== undefined)
      .map(({ service }) => service.name),
  };
}

/** A service as it is shown. */
interface DescribedService {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly region: string;
  readonly plan: string;
  readonly instances: string;
  /** Of one that runs an image; the others are built from git. */
  readonly image?: string;
  readonly repo?: string;
  readonly branch?: string;
  readonly autoDeploy: boolean;
  readonly suspended: boolean;
  readonly disk?: { readonly mountPath: string; readonly sizeGB: number };
  readonly maxShutdownDelaySeconds?: number;
  readonly healthCheckPath?: string;
  /** Names of its settings, never a value. */
  readonly environment: readonly string[];
}

export function describedService({ service, environment, image }: FoundService): DescribedService {
  const { id, name, type, repo, branch, imagePath, autoDeploy, suspended, serviceDetails: is } = service;
  const { plan, region, numInstances, autoscaling, disk, maxShutdownDelaySeconds, healthCheckPath } = is;
  return {
    id,
    name,
    type,
    region,
    plan,
    instances: autoscaling?.enabled === true ? `${autoscaling.min} to ${autoscaling.max}` : `${numInstances}`,
    ...(repo === undefined
      ? { image: image ?? imagePath ?? "unknown" }
      : { repo, branch: branch ?? "unknown" }),
    autoDeploy: autoDeploy === "yes",
    suspended: suspended === "suspended",
    ...(disk == null ? {} : { disk: { mountPath: disk.mountPath, sizeGB: disk.sizeGB } }),
    ...(maxShutdownDelaySeconds === undefined ? {} : { maxShutdownDelaySeconds }),
    ...(type === "web_service" ? { healthCheckPath: healthCheckPath ?? "" } : {}),
    environment: Object.keys(environment).toSorted(),
  };
}
