import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Redis } from "ioredis";
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

/** What a store makes of its server; unless told, one that appends all it is sent to a file. */
export interface RedisWish {
  readonly maxMemoryMb: number;
  readonly password?: string;
  /** Of the loopback: any free port of 127.0.0.1 unless told. */
  readonly host?: string;
  readonly port?: number;
  readonly persistence?: "append-only" | "none";
  /** As redis-server calls them; they come last. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Files with which it speaks TLS, and nothing else. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly authority: string };
}

/** A Redis of an emulated store: a real redis-server on this machine's loopback. */
export interface EmulatedRedis {
  /** Unique among those of one API. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly password: string;
  /** Without a user: `redis://:<password>@127.0.0.1:<port>`, or `rediss://…`. */
  readonly url: string;
  /** Of redis-server, while there is one. */
  pid(): Promise<number | undefined>;
  /** Changes it while it runs. */
  configure(parameters: Readonly<Record<string, string>>): Promise<void>;
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

  async start(wish: RedisWish): Promise<EmulatedRedis> {
    const name = `redis-${++this.#count}`;
    const folder = join(this.#folder, name);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const {
      host = "127.0.0.1",
      port = await freePort(),
      maxMemoryMb,
      persistence = "append-only",
      tls,
    } = wish;
    let password = wish.password ?? randomBytes(24).toString("base64url");
    const file = join(folder, "redis.conf");
    await writeSettings(file, join(folder, "data"), { persistence, maxMemoryMb });
    const service = join(folder, "service");
    await startService(service, {
      command: "redis-server",
      args: [file, "--bind", host, ...listening(port, tls), ...optionsOf(wish.parameters ?? {}), "-"],
      environment: inheritedEnvironment(),
      workingDirectory: folder,
      stdin: `requirepass ${password}\n`,
      stop: { signal: "SIGTERM", graceSeconds: GRACE_SECONDS },
      labels: { port: `${port}` },
    });
    const urlNow = () =>
      `${tls === undefined ? "redis" : "rediss"}://:${encodeURIComponent(password)}@${host}:${port}`;
    const ask = <Answer>(question: (redis: Redis) => Promise<Answer>) =>
      asked(urlNow(), question, tls?.authority);
    await untilAnswering(ask);
    const server: EmulatedRedis = {
      name,
      host,
      port,
      password,
      url: urlNow(),
      configure: async (parameters) => {
        await ask((redis) => redis.config("SET", ...Object.entries(parameters).flat()));
        password = parameters["requirepass"] ?? password;
      },
      pid: async () => {
        const state = await inspectService(service);
        return state?.childAlive === true ? state.record.child?.pid : undefined;
      },
      // Once: its store and whoever closes all of them may both want it.
      stop: () => (stopping ??= stop()),
    };
    let stopping: Promise<void> | undefined;
    const stop = async (): Promise<void> => {
      await stopService(service);
      await removeService(service);
      await rm(folder, { recursive: true, force: true });
      this.#running.delete(server);
    };
    this.#running.add(server);
    return server;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running].map((server) => server.stop()));
  }
}

function listening(port: number, tls: RedisWish["tls"]): readonly string[] {
  if (tls === undefined) return ["--port", `${port}`];
  const { certificate, key } = tls;
  // Who calls has a password, and no certificate.
  return optionsOf({
    port: "0",
    "tls-port": `${port}`,
    "tls-cert-file": certificate,
    "tls-key-file": key,
    "tls-ca-cert-file": certificate,
    "tls-auth-clients": "no",
  });
}

function optionsOf(parameters: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(parameters).flatMap(([name, value]) => [`--${name}`, value]);
}

type Ask = <Answer>(question: (redis: Redis) => Promise<Answer>) => Promise<Answer>;

async function untilAnswering(ask: Ask): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await ask((redis) => redis.ping());
      return;
    } catch (error) {
      if (attempt === TRIES) throw error;
      await delay(POLL_MS);
    }
  }
}
