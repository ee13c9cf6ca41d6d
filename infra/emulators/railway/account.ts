import { randomUUID } from "node:crypto";
import type { Cloud } from "../cloud.ts";
import type { Deployment } from "./deployment.ts";
import { instanceOf, Project } from "./project.ts";
import { page } from "./page.ts";
import { found, Refused } from "./refused.ts";
import type { Service } from "./service.ts";
import { changed, limited, type SettingsInput } from "./settings.ts";
import { variablesIn } from "./variables.ts";

interface InProject {
  readonly projectId: string;
  readonly environmentId: string;
}

interface OfService {
  readonly serviceId: string;
  readonly environmentId: string;
}

/** What a token reaches: one workspace. Its methods are the queries and mutations of the schema, by name. */
export class Account {
  readonly #cloud: Cloud;
  readonly #workspace = { id: randomUUID(), name: "Rehearsal" };
  readonly #projects = new Map<string, Project>();
  /** Nothing of them is found any more, but they may still drain. */
  readonly #removed = new Set<Service>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  apiToken() {
    return { workspaces: [this.#workspace] };
  }

  projects({ workspaceId, ...asked }: { readonly workspaceId?: string } & Parameters<typeof page>[1]) {
    const all = [...this.#projects.values()];
    return page(
      workspaceId === undefined ? all : all.filter((project) => project.workspaceId === workspaceId),
      asked,
    );
  }

  projectCreate({ input }: { readonly input: Readonly<Record<string, string | null | undefined>> }): Project {
    if (input["workspaceId"] !== this.#workspace.id) throw new Refused("Not Authorized");
    const project = new Project(
      {
        name: input["name"] ?? "unnamed",
        description: input["description"] ?? null,
        workspaceId: this.#workspace.id,
        environmentName: input["defaultEnvironmentName"] ?? "production",
      },
      this.#cloud,
    );
    this.#projects.set(project.id, project);
    return project;
  }

  projectDelete({ id }: { readonly id: string }): boolean {
    const project = found(this.#projects.get(id), "Project");
    this.#projects.delete(id);
    for (const service of project.services.values()) this.#remove(service);
    return true;
  }

  environment({ id }: { readonly id: string }) {
    const project = [...this.#projects.values()].find(({ environmentId }) => environmentId === id);
    // Whether it ever was there, Railway does not tell.
    if (project === undefined) throw new Refused("Not Authorized");
    return project.environment;
  }

  serviceInstance(of: OfService) {
    return instanceOf(this.#service(of));
  }

  serviceCreate({ input }: { readonly input: InProject & Readonly<Record<string, unknown>> }) {
    const project = found(this.#projects.get(input.projectId), "Project");
    const service = project.addService(String(input["name"] ?? "service"), variablesIn(input["variables"]));
    const { image } = (input["source"] ?? {}) as { readonly image?: string };
    if (image !== undefined) {
      service.settings = changed(service.settings, { source: { image } }, false);
      // Railway deploys at once what is created with a source.
      service.deploy();
    }
    return service;
  }

  serviceDelete({ id }: { readonly id: string }): boolean {
    const project = found(
      [...this.#projects.values()].find(({ services }) => services.has(id)),
      "Service",
    );
    this.#remove(found(project.services.get(id), "Service"));
    project.services.delete(id);
    return true;
  }

  serviceInstanceUpdate({ input, ...of }: OfService & { readonly input: SettingsInput }): boolean {
    const service = this.#service(of);
    service.settings = changed(service.settings, input, service.volume !== undefined);
    return true;
  }

  serviceInstanceLimitsUpdate({
    input,
  }: {
    readonly input: OfService & { readonly memoryGB: number; readonly vCPUs: number };
  }): boolean {
    const service = this.#service(input);
    service.settings = limited(service.settings, input.memoryGB, input.vCPUs);
    return true;
  }

  serviceInstanceDeployV2(of: OfService): string {
    return this.#service(of).deploy().id;
  }

  async serviceDomainCreate({ input }: { readonly input: OfService & { readonly targetPort?: number } }) {
    return await this.#service(input).addDomain(input.targetPort ?? null);
  }

  tcpProxies(of: OfService) {
    return this.#service(of).proxies;
  }

  async tcpProxyCreate({ input }: { readonly input: OfService & { readonly applicationPort: number } }) {
    return await this.#service(input).addProxy(input.applicationPort);
  }

  async tcpProxyDelete({ id }: { readonly id: string }): Promise<boolean> {
    const service = this.#services().find(({ proxies }) => proxies.some((proxy) => proxy.id === id));
    await found(service, "TCP proxy").removeProxy(id);
    return true;
  }

  variables({ serviceId, environmentId }: OfService) {
    const service = this.#service({ serviceId, environmentId });
    return { ...service.provided, ...service.variables };
  }

  variableCollectionUpsert({
    input,
  }: {
    readonly input: OfService & {
      readonly variables: unknown;
      readonly replace: boolean;
      readonly skipDeploys: boolean;
    };
  }): boolean {
    const service = this.#service(input);
    const variables = variablesIn(input.variables);
    service.variables = input.replace ? variables : { ...service.variables, ...variables };
    if (!input.skipDeploys && service.settings.image !== null) service.deploy();
    return true;
  }

  volumeCreate({ input }: { readonly input: OfService & { readonly mountPath: string } }) {
    return this.#service(input).addVolume(input.mountPath);
  }

  async volumeDelete({ volumeId }: { readonly volumeId: string }): Promise<boolean> {
    const service = this.#services().find(({ volume }) => volume?.id === volumeId);
    await found(service, "Volume").deleteVolume();
    return true;
  }

  deployment({ id }: { readonly id: string }): Deployment {
    return this.#deployment(id).deployment;
  }

  deploymentStop({ id }: { readonly id: string }): boolean {
    const { service, deployment } = this.#deployment(id);
    service.stopDeployment(deployment);
    return true;
  }

  deploymentSnapshot({ deploymentId }: { readonly deploymentId: string }) {
    const { id, variables } = this.#deployment(deploymentId).deployment;
    return { id, variables };
  }

  async deploymentLogs(asked: Asked) {
    const { deployment } = this.#deployment(asked.deploymentId);
    await deployment.read();
    return deployment.printed.last(asked.limit, asked.startDate);
  }

  buildLogs(asked: Asked) {
    return this.#deployment(asked.deploymentId).deployment.told.last(asked.limit, asked.startDate);
  }

  async close(): Promise<void> {
    const services = [...this.#services(), ...this.#removed];
    // Whoever drains needs its store until it has.
    await closeAll(services.filter(({ volume }) => volume === undefined));
    await closeAll(services.filter(({ volume }) => volume !== undefined));
  }

  #remove(service: Service): void {
    this.#removed.add(service);
    service.remove();
  }

  #services(): Service[] {
    return [...this.#projects.values()].flatMap(({ services }) => Array.from(services.values()));
  }

  #service({ serviceId, environmentId }: OfService): Service {
    const project = [...this.#projects.values()].find((one) => one.environmentId === environmentId);
    return found(project?.services.get(serviceId), "ServiceInstance");
  }

  #deployment(id: string): { readonly service: Service; readonly deployment: Deployment } {
    for (const service of this.#services()) {
      const deployment = service.deployments.find((one) => one.id === id);
      if (deployment !== undefined) return { service, deployment };
    }
    throw new Refused("Deployment not found");
  }
}

interface Asked {
  readonly deploymentId: string;
  readonly limit?: number | null;
  readonly startDate?: string | null;
}

async function closeAll(services: readonly Service[]): Promise<void> {
  await Promise.all(
    services.map(async (service) => {
      await service.close();
      await service.settled();
    }),
  );
}
