import { asked } from "../../provider/local/redis-settings.ts";
import type { EmulatedRedis, RedisServers } from "../redis-servers.ts";
import type { Route } from "../route.ts";
import type { Running } from "./replicas.ts";
import { Refused } from "./refused.ts";
import type { Settings } from "./settings.ts";
import type { Variables } from "./variables.ts";

const DEFAULT_MB = 64;

/**
 * What a volume holds for a Redis: its data are those of a real redis-server, which stays as long as they do. Between
 * two deployments nobody reaches it.
 */
export class RedisData {
  readonly #servers: RedisServers;
  #server: EmulatedRedis | undefined;
  #password = "";

  constructor(servers: RedisServers) {
    this.#servers = servers;
  }

  /** @param routes that lead to it as long as it runs */
  async start(settings: Settings, variables: Variables, routes: readonly Route[]): Promise<Running> {
    const maxMemoryMb = megabytesIn(settings.startCommand);
    const password = passwordIn(settings.startCommand, variables);
    const server = (this.#server ??= await this.#servers.start({ maxMemoryMb, password }));
    if (this.#password !== "" && this.#password !== password)
      await this.#asked(async (redis) => await redis.config("SET", "requirepass", password));
    this.#password = password;
    await this.#asked(async (redis) => await redis.config("SET", "maxmemory", `${maxMemoryMb}mb`));
    for (const route of routes) route.target = server.port;
    return {
      port: server.port,
      answers: async () => false,
      ended: async () => undefined,
      readInto: async () => {},
      stop: async () => {
        for (const route of routes) route.target = undefined;
        await this.#asked(async (redis) => await redis.call("CLIENT", "KILL", "TYPE", "normal"));
      },
    };
  }

  async delete(): Promise<void> {
    await this.#server?.stop();
    this.#server = undefined;
  }

  async #asked(question: Parameters<typeof asked>[1]): Promise<void> {
    if (this.#server === undefined) return;
    await asked(`redis://:${encodeURIComponent(this.#password)}@127.0.0.1:${this.#server.port}`, question);
  }
}

export function isRedis(image: string | null): boolean {
  return image?.startsWith("redis:") === true;
}

function megabytesIn(command: string | null): number {
  return Number(/--maxmemory (\d+)mb/.exec(command ?? "")?.[1] ?? DEFAULT_MB);
}

/** Put in by the shell of the start command. @throws Refused when there is none: nobody should be without */
function passwordIn(command: string | null, variables: Variables): string {
  const name = /--requirepass "?\$(\w+)/.exec(command ?? "")?.[1] ?? "";
  const password = variables[name];
  if (password === undefined || password === "")
    throw new Refused("redis-server is started without a password");
  return password;
}
