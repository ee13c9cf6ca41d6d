import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { inheritedEnvironment } from "../home.ts";
import { asked, writeSettings } from "../provider/local/redis-settings.ts";
import { freePort } from "../supervisor/free-port.ts";
import { inspectService } from "../supervisor/inspect-service.ts";
import { removeService } from "../supervisor/remove-service.ts";
import { startService } from "../supervisor/start-service.ts";
import { stopService } from "../supervisor/stop-service.ts";

const GRACE_SECONDS = 10;
const POLL_MS = 25;
const TRIES = 200;

/** A Redis of an emulated store: a real redis-server on this machine's loopback. */
export interface EmulatedRedis {
  /** Unique among those of one API. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly password: string;
  /** Without a user: `redis://:<password>@127.0.0.1:<port>`. */
  readonly url: string;
  /** Of redis-server, while there is one. */
  pid(): Promise<number | undefined>;
  stop(): Promise<void>;
}

export class RedisServers {
  readonly #folder: string;
  readonly #running = new Set<EmulatedRedis>();
  #count = 0;

  /** @param folder for what runs; its own */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Those that were started and not stopped. */
  get running(): readonly EmulatedRedis[] {
    return [...this.#running];
  }

  async start(settings: {
    readonly maxMemoryMb: number;
    readonly password?: string;
  }): Promise<EmulatedRedis> {
    const name = `redis-${++this.#count}`;
    const folder = join(this.#folder, name);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const port = await freePort();
    const password = settings.password ?? randomBytes(24).toString("base64url");
    const file = join(folder, "redis.conf");
    await writeSettings(file, join(folder, "data"), {
      persistence: "append-only",
      maxMemoryMb: settings.maxMemoryMb,
    });
    const service = join(folder, "service");
    await startService(service, {
      command: "redis-server",
      args: [file, "--port", `${port}`, "-"],
      environment: inheritedEnvironment(),
      workingDirectory: folder,
      stdin: `requirepass ${password}\n`,
      stop: { signal: "SIGTERM", graceSeconds: GRACE_SECONDS },
      labels: { port: `${port}` },
    });
    const url = `redis://:${encodeURIComponent(password)}@127.0.0.1:${port}`;
    await untilAnswering(url);
    const server: EmulatedRedis = {
      name,
      host: "127.0.0.1",
      port,
      password,
      url,
      pid: async () => {
        const state = await inspectService(service);
        return state?.childAlive === true ? state.record.child?.pid : undefined;
      },
      stop: async () => {
        await stopService(service);
        await removeService(service);
        await rm(folder, { recursive: true, force: true });
        this.#running.delete(server);
      },
    };
    this.#running.add(server);
    return server;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running].map((server) => server.stop()));
  }
}

async function untilAnswering(url: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await asked(url, (redis) => redis.ping());
      return;
    } catch (error) {
      if (attempt === TRIES) throw error;
      await delay(POLL_MS);
    }
  }
}
