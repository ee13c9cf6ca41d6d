import { randomUUID } from "node:crypto";
import type { Cloud } from "../cloud.ts";
import { page } from "./page.ts";
import { Refused } from "./refused.ts";
import { Service } from "./service.ts";
import type { Variables } from "./variables.ts";

/** A project, with one environment. */
export class Project {
  readonly id: string = randomUUID();
  readonly environmentId: string = randomUUID();
  readonly name: string;
  readonly description: string | null;
  readonly workspaceId: string;
  readonly services = new Map<string, Service>();
  readonly #environmentName: string;
  readonly #cloud: Cloud;

  constructor(
    given: {
      readonly name: string;
      readonly description: string | null;
      readonly workspaceId: string;
      readonly environmentName: string;
    },
    cloud: Cloud,
  ) {
    this.name = given.name;
    this.description = given.description;
    this.workspaceId = given.workspaceId;
    this.#environmentName = given.environmentName;
    this.#cloud = cloud;
  }

  /** @throws Refused */
  addService(name: string, variables: Variables): Service {
    if ([...this.services.values()].some((service) => service.name === name))
      throw new Refused(`A service named "${name}" already exists in this project`);
    const place = {
      projectId: this.id,
      projectName: this.name,
      environmentId: this.environmentId,
      environmentName: this.#environmentName,
    };
    const namespaces = (of: string): Variables | undefined => {
      const other = [...this.services.values()].find((service) => service.name === of);
      return other && { ...other.variables, ...other.provided };
    };
    const service = new Service(name, variables, place, namespaces, this.#cloud);
    this.services.set(service.id, service);
    return service;
  }

  /** As GraphQL resolves it. */
  get environments() {
    return page([this.environment], {});
  }

  get environment() {
    const services = (): Service[] => [...this.services.values()];
    return {
      id: this.environmentId,
      name: this.#environmentName,
      config: () => ({
        services: Object.fromEntries(services().map((service) => [service.id, configOf(service)])),
      }),
      serviceInstances: (asked: Parameters<typeof page>[1]) => page(services().map(instanceOf), asked),
      volumeInstances: (asked: Parameters<typeof page>[1]) =>
        page(
          services().flatMap(({ id, volume }) =>
            volume === undefined ? [] : [{ volumeId: volume.id, mountPath: volume.mountPath, serviceId: id }],
          ),
          asked,
        ),
    };
  }
}

const BYTES_PER_GB = 1e9;

/** As config as code has it. */
function configOf({ settings }: Service) {
  const { regions, limits, image } = settings;
  return {
    source: { image },
    deploy: {
      ...(regions === null
        ? {}
        : {
            multiRegionConfig: Object.fromEntries(
              Object.entries(regions).map(([region, numReplicas]) => [region, { numReplicas }]),
            ),
          }),
      ...(limits === null
        ? {}
        : {
            limitOverride: {
              containers: { cpu: limits.vCPUs, memoryBytes: limits.memoryGB * BYTES_PER_GB },
            },
          }),
    },
  };
}

/** As GraphQL resolves it. */
export function instanceOf(service: Service) {
  const { image, regions: _regions, limits: _limits, ...settings } = service.settings;
  return {
    ...settings,
    serviceId: service.id,
    serviceName: service.name,
    source: image === null ? null : { image },
    domains: { serviceDomains: service.domains },
    latestDeployment: service.latest ?? null,
    activeDeployments: service.active,
  };
}
