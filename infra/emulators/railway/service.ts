import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Cloud } from "../cloud.ts";
import { ImageNotFound } from "../containers.ts";
import { Route } from "../route.ts";
import { Deployment } from "./deployment.ts";
import { openPrivateAddress, type PrivateAddress } from "./private-address.ts";
import { isRedis, RedisData } from "./redis.ts";
import { Refused } from "./refused.ts";
import { startReplicas, type Running } from "./replicas.ts";
import { INITIAL, replicasOf, type Settings } from "./settings.ts";
import { rendered, type Namespaces, type Variables } from "./variables.ts";
import { Volume } from "./volume.ts";

const REDIS_PORT = 6379;
const PHASE_MS = 30;
const LOOK_MS = 100;
const DEFAULT_HEALTH_SECONDS = 300;

interface Domain {
  readonly id: string;
  readonly domain: string;
  readonly targetPort: number | null;
  readonly deletedAt: null;
  readonly route: Route;
}

interface TcpProxy {
  readonly id: string;
  readonly domain: string;
  readonly proxyPort: number;
  readonly applicationPort: number;
  readonly deletedAt: null;
  readonly route: Route;
}

/** Where a service is, as its variables say it. */
export interface Place {
  readonly projectId: string;
  readonly projectName: string;
  readonly environmentId: string;
  readonly environmentName: string;
}

/** A service, with its instance in the one environment that there is. */
export class Service {
  readonly id: string = randomUUID();
  readonly name: string;
  readonly deployments: Deployment[] = [];
  readonly domains: Domain[] = [];
  readonly proxies: TcpProxy[] = [];
  readonly #cloud: Cloud;
  readonly #place: Place;
  readonly #namespaces: Namespaces;
  readonly #gone = new AbortController();
  readonly #work = new Set<Promise<void>>();
  variables: Variables;
  settings: Settings = INITIAL;
  volume: Volume | undefined;
  #private: PrivateAddress | undefined;

  constructor(name: string, variables: Variables, place: Place, namespaces: Namespaces, cloud: Cloud) {
    this.name = name;
    this.variables = variables;
    this.#place = place;
    this.#namespaces = namespaces;
    this.#cloud = cloud;
  }

  get latest(): Deployment | undefined {
    return this.deployments.at(-1);
  }

  get active(): readonly Deployment[] {
    return this.deployments.filter(({ isActive }) => isActive);
  }

  /** Those that Railway adds (docs.railway.com/variables/reference, 2026-08). */
  get provided(): Variables {
    const { projectId, projectName, environmentId, environmentName } = this.#place;
    const [domain] = this.domains;
    const [proxy] = this.proxies;
    return {
      RAILWAY_PROJECT_ID: projectId,
      RAILWAY_PROJECT_NAME: projectName,
      RAILWAY_ENVIRONMENT_ID: environmentId,
      RAILWAY_ENVIRONMENT_NAME: environmentName,
      RAILWAY_SERVICE_ID: this.id,
      RAILWAY_SERVICE_NAME: this.name,
      RAILWAY_PRIVATE_DOMAIN: this.#private?.host ?? `${this.name}.railway.internal`,
      ...(domain === undefined ? {} : { RAILWAY_PUBLIC_DOMAIN: domain.domain }),
      ...(proxy === undefined
        ? {}
        : {
            RAILWAY_TCP_PROXY_DOMAIN: proxy.domain,
            RAILWAY_TCP_PROXY_PORT: `${proxy.proxyPort}`,
            RAILWAY_TCP_APPLICATION_PORT: `${proxy.applicationPort}`,
          }),
    };
  }

  async addDomain(targetPort: number | null): Promise<Domain> {
    const route = await Route.open();
    const domain = { id: randomUUID(), domain: new URL(route.url).host, targetPort, deletedAt: null, route };
    this.domains.push(domain);
    route.target = this.active.at(-1)?.running?.port;
    return domain;
  }

  /** It is in force with the next deployment. */
  async addProxy(applicationPort: number): Promise<TcpProxy> {
    const route = await Route.open();
    const { hostname, port } = new URL(route.url);
    const proxy = {
      id: randomUUID(),
      domain: hostname,
      proxyPort: Number(port),
      applicationPort,
      deletedAt: null,
      route,
    };
    this.proxies.push(proxy);
    return proxy;
  }

  async removeProxy(id: string): Promise<void> {
    const [proxy] = this.proxies.splice(
      this.proxies.findIndex((one) => one.id === id),
      1,
    );
    await proxy?.route.close();
  }

  /** @throws Refused */
  addVolume(mountPath: string): Volume {
    if (this.volume !== undefined) throw new Refused("Service already has a volume");
    if (replicasOf(this.settings) > 1) throw new Refused("Replicas cannot be used with volumes");
    this.volume = new Volume(mountPath, this.#cloud.redisServers);
    return this.volume;
  }

  async deleteVolume(): Promise<void> {
    const { volume } = this;
    this.volume = undefined;
    await volume?.data.delete();
  }

  /** @throws Refused when there is nothing to deploy */
  deploy(): Deployment {
    if (this.settings.image === null) throw new Refused("Service has no source to deploy");
    const before = this.latest;
    const deployment = new Deployment(this.settings, this.variables);
    this.deployments.push(deployment);
    // A later one takes the place of one that is still under way.
    if (before?.isUnderWay === true) before.status = "REMOVED";
    this.#follow(this.#run(deployment));
    return deployment;
  }

  stopDeployment(deployment: Deployment): void {
    this.#follow(deployment.stop());
  }

  /** Whatever runs gets its drain time, in the background. */
  remove(): void {
    this.#follow(this.close());
  }

  /** Resolves when nothing of it runs any more. */
  async close(): Promise<void> {
    this.#gone.abort();
    await Promise.all(this.deployments.map((deployment) => deployment.stop()));
    await this.deleteVolume();
    const routes = [...this.domains.splice(0), ...this.proxies.splice(0)].map(({ route }) => route);
    if (this.#private !== undefined) routes.push(this.#private.route);
    this.#private = undefined;
    await Promise.all(routes.map((route) => route.close()));
  }

  /** Resolves when all that it does in the background is done. */
  async settled(): Promise<void> {
    await Promise.all(this.#work);
  }

  #follow(work: Promise<void>): void {
    const followed = work.catch((error: Error) => {
      // A defect of the emulator: loud.
      if (!this.#gone.signal.aborted) process.stderr.write(`${error.stack}\n`);
    });
    this.#work.add(followed);
    void followed.finally(() => this.#work.delete(followed));
  }

  async #run(deployment: Deployment): Promise<void> {
    const { signal } = this.#gone;
    await delay(PHASE_MS, undefined, { signal });
    if (!deployment.isUnderWay) return;
    deployment.status = "DEPLOYING";
    const before = this.active;
    // A volume is never in two deployments at once: the one before ends first, and nobody serves meanwhile.
    if (this.volume !== undefined) await Promise.all(before.map((one) => this.#retire(one)));
    const running = await this.#start(deployment);
    if (running === undefined) return;
    deployment.runs(running);
    // Whoever ended the service meanwhile did not find it.
    if (signal.aborted) return await running.stop();
    const isHealthy = await this.#untilHealthy(deployment, running);
    if (!deployment.isUnderWay || !isHealthy) {
      if (deployment.isUnderWay) deployment.status = "FAILED";
      await deployment.stop();
      return;
    }
    deployment.status = "SUCCESS";
    for (const { route } of this.domains) route.target = running.port;
    this.#follow(this.#watch(deployment, running));
    // The overlap is that of the new deployment, the drain time that of the one that ends.
    await delay((deployment.settings.overlapSeconds ?? 0) * 1_000, undefined, { signal });
    await Promise.all(before.map((one) => this.#retire(one)));
  }

  async #start(deployment: Deployment): Promise<Running | undefined> {
    const { settings } = deployment;
    try {
      if (isRedis(settings.image)) return await this.#startRedis(deployment);
      const variables = { ...this.#rendered(deployment.variables), RAILWAY_DEPLOYMENT_ID: deployment.id };
      return await startReplicas(this.#cloud.containers, this.name, settings, variables);
    } catch (error) {
      if (!(error instanceof ImageNotFound || error instanceof Refused)) throw error;
      deployment.told.add(error.message);
      if (deployment.isUnderWay) deployment.status = "FAILED";
      return undefined;
    }
  }

  async #startRedis(deployment: Deployment): Promise<Running> {
    this.#private ??= await openPrivateAddress(REDIS_PORT);
    const routes = [this.#private.route, ...this.proxies.map(({ route }) => route)];
    const data = this.volume?.data ?? new RedisData(this.#cloud.redisServers);
    return await data.start(deployment.settings, this.#rendered(deployment.variables), routes);
  }

  #rendered(variables: Variables): Variables {
    const own = { ...variables, ...this.provided };
    return rendered(own, this.name, (service) => (service === this.name ? own : this.#namespaces(service)));
  }

  async #untilHealthy(deployment: Deployment, running: Running): Promise<boolean> {
    const { healthcheckPath: path, healthcheckTimeout } = deployment.settings;
    if (path === null) return true;
    const seconds = healthcheckTimeout ?? DEFAULT_HEALTH_SECONDS;
    const deadline = performance.now() + seconds * 1_000;
    while (deployment.isUnderWay && performance.now() < deadline) {
      if (await running.answers(path)) return true;
      if ((await running.ended()) !== undefined) break;
      await delay(LOOK_MS, undefined, { signal: this.#gone.signal });
    }
    deployment.told.add(`Healthcheck failed: ${path} did not answer 200 within ${seconds} s`);
    return false;
  }

  async #watch(deployment: Deployment, running: Running): Promise<void> {
    while (deployment.isActive && !this.#gone.signal.aborted) {
      const end = await running.ended();
      if (end !== undefined && deployment.isActive) {
        if (end === "crashed") deployment.status = "CRASHED";
        await deployment.stop();
        return;
      }
      await delay(LOOK_MS, undefined, { signal: this.#gone.signal }).catch(() => {});
    }
  }

  async #retire(deployment: Deployment): Promise<void> {
    deployment.status = "REMOVING";
    await deployment.stop();
    deployment.status = "REMOVED";
  }
}
