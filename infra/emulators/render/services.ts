import type { Containers } from "../containers.ts";
import { Refusal } from "../emulator.ts";
import { Route } from "../route.ts";
import { newId } from "./ids.ts";
import {
  EmulatedService,
  type Autoscaling,
  type Deploy,
  type Pace,
  type ServiceSettings,
} from "./service.ts";
import type { Workspaces } from "./workspaces.ts";

interface ImageRequest {
  readonly ownerId: string;
  readonly imagePath: string;
  readonly registryCredentialId?: string;
}

interface DetailsRequest {
  readonly runtime: string;
  readonly region?: string;
  readonly plan?: string;
  readonly numInstances?: number;
  readonly autoscaling?: Autoscaling;
  readonly maxShutdownDelaySeconds?: number;
  readonly healthCheckPath?: string;
  readonly disk?: { readonly name: string; readonly mountPath: string; readonly sizeGB?: number };
}

export interface CreationRequest {
  readonly type: string;
  readonly name: string;
  readonly ownerId: string;
  readonly repo?: string;
  readonly autoDeploy?: string;
  readonly image?: ImageRequest;
  readonly envVars?: readonly { readonly key: string; readonly value: string }[];
  readonly serviceDetails: DetailsRequest;
}

export interface PatchRequest {
  readonly name?: string;
  readonly autoDeploy?: string;
  readonly image?: ImageRequest;
  readonly serviceDetails?: Partial<
    Pick<DetailsRequest, "runtime" | "plan" | "maxShutdownDelaySeconds" | "healthCheckPath">
  >;
}

/** The services of every workspace. */
export class EmulatedServices {
  readonly #all = new Map<string, EmulatedService>();
  readonly #removed = new Set<Promise<void>>();
  readonly #workspaces: Workspaces;
  readonly #containers: Containers;
  readonly #pace: Pace;
  readonly #builds: (repo: string) => string | undefined;

  constructor(parts: {
    readonly workspaces: Workspaces;
    readonly containers: Containers;
    readonly pace: Pace;
    readonly builds: (repo: string) => string | undefined;
  }) {
    this.#workspaces = parts.workspaces;
    this.#containers = parts.containers;
    this.#pace = parts.pace;
    this.#builds = parts.builds;
  }

  get all(): readonly EmulatedService[] {
    return [...this.#all.values()];
  }

  /** @throws Refusal */
  known(id: string): EmulatedService {
    const found = this.#all.get(id);
    if (found === undefined) throw new Refusal(404, `not found: service ${id}`);
    return found;
  }

  /** Render does not mind a name that is taken: who creates twice, has two. */
  async create(request: CreationRequest): Promise<object> {
    const { type, name, ownerId, repo, autoDeploy = "yes", image, envVars = [], serviceDetails } = request;
    this.#workspaces.known(ownerId);
    if ((image === undefined) === (repo === undefined))
      throw new Refusal(400, "one of image and repo is required");
    const { disk, autoscaling, healthCheckPath = "" } = serviceDetails;
    if (autoscaling !== undefined) this.#admitAutoscaling(ownerId, autoscaling, 402);
    if (type !== "web_service" && healthCheckPath !== "")
      throw new Refusal(400, "healthCheckPath is for web services only");
    if (disk !== undefined && ((serviceDetails.numInstances ?? 1) > 1 || autoscaling !== undefined))
      throw new Refusal(400, "a service with a disk has one instance");
    const settings: ServiceSettings = {
      type,
      name,
      ownerId,
      autoDeploy,
      runtime: serviceDetails.runtime,
      region: serviceDetails.region ?? "oregon",
      plan: serviceDetails.plan ?? "starter",
      numInstances: serviceDetails.numInstances ?? 1,
      maxShutdownDelaySeconds: serviceDetails.maxShutdownDelaySeconds ?? 30,
      healthCheckPath,
      ...(autoscaling === undefined ? {} : { autoscaling }),
      ...(repo === undefined ? {} : { repo }),
      ...(image === undefined ? {} : this.#imageOf(image)),
      ...(disk === undefined ? {} : { disk: { sizeGB: 1, ...disk, id: newId("dsk") } }),
    };
    const service = new EmulatedService(settings, new Map(envVars.map(({ key, value }) => [key, value])), {
      containers: this.#containers,
      route: type === "web_service" ? await Route.open() : undefined,
      pace: this.#pace,
      built: repo === undefined ? undefined : this.#builds(repo),
    });
    this.#all.set(service.id, service);
    const deploy = await service.deploy("deployed_by_render");
    return { service: shownService(service), deployId: deploy.id };
  }

  update(id: string, { name, autoDeploy, image, serviceDetails = {} }: PatchRequest): object {
    const service = this.known(id);
    if (service.settings.type !== "web_service" && serviceDetails.healthCheckPath)
      throw new Refusal(400, "healthCheckPath is for web services only");
    service.change({
      ...(name === undefined ? {} : { name }),
      ...(autoDeploy === undefined ? {} : { autoDeploy }),
      ...(image === undefined ? {} : this.#imageOf(image)),
      ...serviceDetails,
    });
    return shownService(service);
  }

  async setAutoscaling(id: string, autoscaling: Autoscaling | undefined): Promise<void> {
    const service = this.known(id);
    if (autoscaling !== undefined) {
      this.#admitAutoscaling(service.settings.ownerId, autoscaling, 400);
      if (service.settings.disk !== undefined)
        throw new Refusal(400, "a service with a disk has one instance");
      service.change({ autoscaling });
    } else {
      const { autoscaling: _gone, ...others } = service.settings;
      service.settings = others;
    }
    await service.scale();
  }

  async setInstances(id: string, numInstances: number): Promise<void> {
    const service = this.known(id);
    if (service.settings.disk !== undefined && numInstances > 1)
      throw new Refusal(400, "a service with a disk has one instance");
    service.change({ numInstances });
    await service.scale();
  }

  remove(id: string): void {
    const service = this.known(id);
    this.#all.delete(id);
    const removed = service.remove().finally(() => this.#removed.delete(removed));
    this.#removed.add(removed);
  }

  async close(): Promise<void> {
    await Promise.all([...this.all.map((service) => service.remove()), ...this.#removed]);
  }

  #imageOf({ imagePath, registryCredentialId }: ImageRequest): Partial<ServiceSettings> {
    return {
      image: imagePath,
      ...(registryCredentialId === undefined
        ? {}
        : { registryCredential: this.#workspaces.credential(registryCredentialId) }),
    };
  }

  #admitAutoscaling(ownerId: string, { min, max }: Autoscaling, status: number): void {
    if (this.#workspaces.known(ownerId).plan === "hobby")
      throw new Refusal(status, "autoscaling requires a Pro workspace or higher");
    if (min > max) throw new Refusal(400, "autoscaling min must not exceed max");
  }
}

export function shownService(service: EmulatedService): object {
  const { id, createdAt, updatedAt, suspended, url, settings } = service;
  const { name, type, ownerId, autoDeploy, repo, image, registryCredential } = settings;
  return {
    id,
    name,
    type,
    ownerId,
    autoDeploy,
    createdAt,
    updatedAt,
    dashboardUrl: `https://dashboard.render.invalid/${id}`,
    slug: `${name}-${id.slice(-4)}`,
    notifyOnFail: "default",
    rootDir: "",
    suspended: suspended ? "suspended" : "not_suspended",
    suspenders: suspended ? ["user"] : [],
    ...(repo === undefined ? {} : { repo, branch: "main" }),
    ...(image === undefined ? {} : { imagePath: image }),
    ...(registryCredential === undefined ? {} : { registryCredential }),
    serviceDetails: {
      ...detailsOf(settings),
      ...(url === undefined ? {} : { url, healthCheckPath: settings.healthCheckPath, openPorts: [] }),
    },
  };
}

function detailsOf(settings: ServiceSettings): object {
  const { runtime, plan, region, numInstances, autoscaling, maxShutdownDelaySeconds, disk } = settings;
  return {
    env: runtime,
    runtime,
    envSpecificDetails: { dockerCommand: "", dockerContext: "", dockerfilePath: "" },
    buildPlan: "starter",
    plan,
    region,
    numInstances,
    maxShutdownDelaySeconds,
    ...(autoscaling === undefined ? {} : { autoscaling }),
    ...(disk === undefined ? {} : { disk }),
  };
}

export function shownDeploy({ id, trigger, image, createdAt, status, finishedAt }: Deploy): object {
  return {
    id,
    status,
    trigger,
    createdAt,
    updatedAt: finishedAt ?? createdAt,
    ...(finishedAt === undefined ? {} : { finishedAt }),
    ...(image === "" ? {} : { image: { ref: image, sha: /sha256:[0-9a-f]{64}$/.exec(image)?.[0] ?? "" } }),
  };
}
