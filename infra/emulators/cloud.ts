import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Containers, type Container } from "./containers.ts";
import type { Emulator } from "./emulator.ts";
import { RedisServers, type EmulatedRedis } from "./redis-servers.ts";

/** What an emulated API runs its services on. */
export interface Cloud {
  readonly containers: Containers;
  readonly redisServers: RedisServers;
  /** For whatever else it keeps; its own. */
  readonly folder: string;
  /** Where it listens; any free port unless told. */
  readonly port?: number;
}

/** What an emulated API runs on this machine. */
export interface EmulatedService {
  /** By its name in the registry. */
  readonly api: string;
  readonly kind: "container" | "redis";
  readonly name: string;
  readonly image?: string;
  readonly port: number;
  /** While there is a process. */
  readonly pid?: number;
  readonly restarts?: number;
}

/** Starts one emulated API. */
export type StartEmulator = (cloud: Cloud) => Promise<Emulator>;

/** Emulated APIs, and all that they run on this machine. */
export class Emulators<Name extends string> {
  readonly apis: Readonly<Record<Name, Emulator>>;
  readonly #clouds: Readonly<Record<Name, Cloud>>;
  readonly #folder: string;

  private constructor(
    apis: Readonly<Record<Name, Emulator>>,
    clouds: Readonly<Record<Name, Cloud>>,
    folder: string,
  ) {
    this.apis = apis;
    this.#clouds = clouds;
    this.#folder = folder;
  }

  /** @param home where bundles are @param folder for what runs; its own, removed at the end */
  static async start<Name extends string>(
    starters: Readonly<Record<Name, StartEmulator>>,
    { home, folder }: { readonly home: string; readonly folder: string },
  ): Promise<Emulators<Name>> {
    const names = Object.keys(starters) as Name[];
    // Each its own: what one API runs, no other one ends.
    const clouds = byName(names, (name): Cloud => ({
      containers: new Containers(home, join(folder, name, "containers")),
      redisServers: new RedisServers(join(folder, name, "redis")),
      folder: join(folder, name, "more"),
    }));
    const started = await Promise.all(names.map((name) => starters[name](clouds[name])));
    const apis = byName(names, (_name, index) => started[index] as Emulator);
    return new Emulators(apis, clouds, folder);
  }

  /** All that runs, whichever API it is of. */
  async services(): Promise<readonly EmulatedService[]> {
    const clouds = Object.entries<Cloud>(this.#clouds);
    const each = clouds.flatMap(([api, { containers, redisServers }]) =>
      containers.running
        .map((container) => containerService(api, container))
        .concat(redisServers.running.map((server) => redisService(api, server))),
    );
    return await Promise.all(each);
  }

  /** Environment variables with which these are called instead of the real ones. */
  get environment(): Readonly<Record<string, string>> {
    return Object.assign(
      {},
      ...Object.values<Emulator>(this.apis).map(({ environment }) => environment),
    ) as Record<string, string>;
  }

  /** Ends everything, containers in their own time. */
  async close(): Promise<void> {
    await Promise.all(Object.values<Emulator>(this.apis).map((api) => api.close()));
    await Promise.all(
      Object.values<Cloud>(this.#clouds).flatMap(({ containers, redisServers }) => [
        containers.close(),
        redisServers.close(),
      ]),
    );
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function byName<Name extends string, Value>(
  names: readonly Name[],
  value: (name: Name, index: number) => Value,
): Readonly<Record<Name, Value>> {
  return Object.fromEntries(names.map((name, index) => [name, value(name, index)])) as Record<Name, Value>;
}

async function containerService(api: string, container: Container): Promise<EmulatedService> {
  const { spec, port } = container;
  const pid = await container.pid();
  return {
    api,
    kind: "container",
    name: spec.name,
    image: spec.image,
    port,
    restarts: await container.restarts(),
    ...(pid === undefined ? {} : { pid }),
  };
}

async function redisService(api: string, server: EmulatedRedis): Promise<EmulatedService> {
  const pid = await server.pid();
  return { api, kind: "redis", name: server.name, port: server.port, ...(pid === undefined ? {} : { pid }) };
}
