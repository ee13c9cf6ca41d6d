import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Containers } from "./containers.ts";
import type { Emulator } from "./emulator.ts";
import { RedisServers } from "./redis-servers.ts";

/** What an emulated API runs its services on. */
export interface Cloud {
  readonly containers: Containers;
  readonly redisServers: RedisServers;
  /** Where it listens; any free port unless told. */
  readonly port?: number;
}

/** Starts one emulated API. */
export type StartEmulator = (cloud: Cloud) => Promise<Emulator>;

/** Emulated APIs, and all that they run on this machine. */
export class Emulators<Name extends string> {
  readonly apis: Readonly<Record<Name, Emulator>>;
  readonly #folder: string;

  private constructor(apis: Readonly<Record<Name, Emulator>>, folder: string) {
    this.apis = apis;
    this.#folder = folder;
  }

  /** @param home where bundles are @param folder for what runs; its own, removed at the end */
  static async start<Name extends string>(
    starters: Readonly<Record<Name, StartEmulator>>,
    { home, folder }: { readonly home: string; readonly folder: string },
  ): Promise<Emulators<Name>> {
    const started = (Object.entries(starters) as [Name, StartEmulator][]).map(async ([name, start]) => {
      // Each its own: what one API runs, no other one ends.
      const containers = new Containers(home, join(folder, name, "containers"));
      const redisServers = new RedisServers(join(folder, name, "redis"));
      return [name, await start({ containers, redisServers })] as const;
    });
    const apis = Object.fromEntries(await Promise.all(started)) as unknown as Record<Name, Emulator>;
    return new Emulators(apis, folder);
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
    await rm(this.#folder, { recursive: true, force: true });
  }
}
