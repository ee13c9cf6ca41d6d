import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";

/** A Redis of one's own on the loopback. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Ends the server and removes its files. */
  stop(): Promise<void>;
}

/** Ms between attempts to reach a server that is starting. */
const RETRY_MS = 10;
/** A port found free may be taken before the server binds it. */
const TRIES = 3;

export interface RedisServerOptions {
  /** Further arguments of redis-server; they override ours. */
  readonly args?: readonly string[];
  /** Any free one unless told. */
  readonly port?: number;
  /** Where it keeps its files, which stay; else they end with it. */
  readonly directory?: string;
}

/**
 * Starts `redis-server` from PATH on a free port, in memory only, and waits until it answers.
 * @throws Error with what the server printed, when it does not start
 */
export async function startRedisServer(options: RedisServerOptions = {}): Promise<RedisServer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(options.port ?? (await freePort()), options);
    } catch (error) {
      const taken = error instanceof Error && error.message.includes("Address already in use");
      if (!taken || attempt === TRIES) throw error;
    }
  }
}

async function start(port: number, { args = [], directory: kept }: RedisServerOptions): Promise<RedisServer> {
  const directory = kept ?? (await mkdtemp(join(tmpdir(), "redis-")));
  const removeDirectory = async (): Promise<void> => {
    if (kept === undefined) await rm(directory, { recursive: true, force: true });
  };
  const settings = [
    "--port",
    `${port}`,
    "--bind",
    "127.0.0.1",
    "--dir",
    directory,
    "--save",
    "",
    "--appendonly",
    "no",
  ];
  const server = spawn("redis-server", [...settings, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own: Ctrl-C in a terminal must not end it before those who use it.
    detached: true,
  });
  let printed = "";
  for (const stream of [server.stdout, server.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      printed = (printed + text).slice(-4_000);
    });
  }
  const kill = (): void => void server.kill("SIGKILL");
  process.once("exit", kill);
  const ended = new Promise<void>((resolve) => {
    server.once("error", (error) => {
      printed += error.message;
      resolve();
    });
    server.once("close", () => resolve());
  }).then(() => void process.off("exit", kill));

  const probe = new Redis({
    host: "127.0.0.1",
    port,
    maxRetriesPerRequest: null,
    retryStrategy: () => RETRY_MS,
  });
  probe.on("error", () => {});
  // Whose answer it is matters: another server may have taken the port meanwhile.
  const answered = probe.info("server").then(
    (info) => info.includes(`process_id:${server.pid}\r`),
    () => false,
  );
  const started = await Promise.race([answered, ended.then(() => false)]);
  probe.disconnect();
  if (!started) {
    server.kill("SIGKILL");
    await ended;
    await removeDirectory();
    throw new Error(`redis-server did not start on port ${port}: ${printed.trim()}`);
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid: server.pid ?? 0,
    stop: async () => {
      server.kill("SIGTERM");
      await ended;
      await removeDirectory();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
