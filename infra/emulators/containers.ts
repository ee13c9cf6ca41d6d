import { existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { inheritedEnvironment } from "../home.ts";
import { bundleDirectory } from "../image.ts";
import { markDeployed } from "../provider/local/bundles.ts";
import { freePort } from "../supervisor/free-port.ts";
import { inspectService } from "../supervisor/inspect-service.ts";
import type { LastExit } from "../supervisor/record.ts";
import { removeService } from "../supervisor/remove-service.ts";
import { startService } from "../supervisor/start-service.ts";
import { stopService } from "../supervisor/stop-service.ts";

/** An image cannot be pulled. */
export class ImageNotFound extends Error {
  override readonly name = "ImageNotFound";
}

/** What an emulated host starts a container with. */
export interface ContainerSpec {
  /** For people: it is part of its folder's name. */
  readonly name: string;
  /** `registry/name@sha256:…`, whose digest is that of a bundle of this machine. */
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Whether its host routes traffic to it: then it is given PORT. */
  readonly routed: boolean;
  readonly stop: { readonly signal: NodeJS.Signals; readonly graceSeconds: number };
  readonly memoryMb: number;
  /** Whether it is started again when it dies; it is unless told. */
  readonly restarts?: boolean;
}

const MAIN = "main.mjs";
/** Share of the memory that the JavaScript heap gets. */
const HEAP_SHARE = 0.75;
const ANSWER_MS = 1_000;
/** Longer than anything runs here. */
const NEVER = { firstMs: 2 ** 31 - 1, longestMs: 2 ** 31 - 1, settledMs: 0 };

/**
 * The containers of the emulated hosts: real processes of the worker, each under a supervisor of its own as host
 * `local` has it, which starts it again when it dies.
 */
export class Containers {
  readonly #home: string;
  readonly #folder: string;
  readonly #running = new Map<string, Container>();
  #count = 0;

  /** @param home where the bundles are @param folder for what runs; its own */
  constructor(home: string, folder: string) {
    this.#home = home;
    this.#folder = folder;
  }

  /** Those that were started and not stopped. */
  get running(): readonly Container[] {
    return [...this.#running.values()];
  }

  /** @throws ImageNotFound */
  async start(spec: ContainerSpec): Promise<Container> {
    const bundle = bundleDirectory(this.#home, digestOf(spec.image));
    if (!existsSync(join(bundle, MAIN))) {
      throw new ImageNotFound(
        `image ${spec.image} could not be pulled: an emulated registry holds what this machine has bundled (--offline)`,
      );
    }
    await markDeployed(this.#home, digestOf(spec.image));
    const folder = join(this.#folder, `${spec.name}-${++this.#count}`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const port = await freePort();
    // In a container of its own each process could use the same ports.
    const ports = spec.routed
      ? { PORT: `${port}` }
      : { OXY_HEALTH_PORT: `${port}`, OXY_BOARD_PORT: `${await freePort()}` };
    const environment = { ...inheritedEnvironment(), ...spec.environment, ...ports };
    await startService(
      folder,
      {
        command: process.execPath,
        args: [`--max-old-space-size=${Math.round(spec.memoryMb * HEAP_SHARE)}`, join(bundle, MAIN)],
        environment,
        workingDirectory: bundle,
        stop: spec.stop,
        labels: { name: spec.name, image: spec.image, port: `${port}` },
      },
      spec.restarts === false ? { supervision: { backoff: NEVER } } : {},
    );
    const container = new Container(folder, port, { ...spec, environment }, () =>
      this.#running.delete(folder),
    );
    this.#running.set(folder, container);
    return container;
  }

  /** Ends every one of them, each in its own time. */
  async close(): Promise<void> {
    await Promise.all(this.running.map((container) => container.stop()));
    await rm(this.#folder, { recursive: true, force: true });
  }
}

export class Container {
  readonly port: number;
  /** With the whole environment that it has. */
  readonly spec: ContainerSpec;
  readonly #folder: string;
  readonly #stopped: () => void;
  #stopping: Promise<void> | undefined;
  #printed: string[] = [];
  #ended: LastExit | undefined;

  constructor(folder: string, port: number, spec: ContainerSpec, stopped: () => void) {
    this.#folder = folder;
    this.port = port;
    this.spec = spec;
    this.#stopped = stopped;
  }

  /** How its last run ended; undefined as long as it never ended. */
  async lastExit(): Promise<LastExit | undefined> {
    return (await inspectService(this.#folder))?.record.lastExit ?? this.#ended;
  }

  /** The process, while there is one. */
  async pid(): Promise<number | undefined> {
    const state = await inspectService(this.#folder);
    return state?.childAlive === true ? state.record.child?.pid : undefined;
  }

  async restarts(): Promise<number> {
    return (await inspectService(this.#folder))?.record.restarts ?? 0;
  }

  /** Whether it answers 200 there. */
  async answers(path: string): Promise<boolean> {
    try {
      const signal = AbortSignal.timeout(ANSWER_MS);
      const response = await fetch(`http://127.0.0.1:${this.port}${path}`, { signal });
      await response.arrayBuffer();
      return response.status === 200;
    } catch {
      return false;
    }
  }

  /** All that it printed, but for what was rotated away. */
  async printed(): Promise<readonly string[]> {
    const state = await inspectService(this.#folder);
    if (state === undefined) return this.#printed;
    const text = await readFile(state.record.logFile, "utf8").catch(() => "");
    return text.split("\n").slice(0, -1);
  }

  /** Its signal, its grace, then the kill. Once. */
  async stop(): Promise<void> {
    this.#stopping ??= (async () => {
      await stopService(this.#folder);
      this.#printed = [...(await this.printed())];
      this.#ended = await this.lastExit();
      await removeService(this.#folder);
      this.#stopped();
    })();
    await this.#stopping;
  }
}

function digestOf(image: string): string {
  return /sha256:[0-9a-f]{64}$/.exec(image)?.[0] ?? "sha256:none";
}
