import { Redis } from "ioredis";
import { RedisProxy } from "../proxies/redis-proxy.ts";
import { startRedisServer, type RedisServer } from "../redis-server.ts";

/** What a Redis was asked until now. */
export interface RedisFigures {
  /** Commands that clients sent, by name in capitals. */
  readonly client: Readonly<Record<string, number>>;
  readonly clientTotal: number;
  /** Commands that scripts ran: all that the server counted, without those that clients sent. */
  readonly inside: number;
  readonly cpuMs: number;
  readonly memoryMb: number;
}

/**
 * A real Redis behind a proxy that counts what clients send. The server itself counts commands of scripts and of
 * clients together (`total_commands_processed`), so the difference is what ran inside.
 */
export class CountedRedis {
  readonly #server: RedisServer;
  readonly #proxy: RedisProxy;
  readonly #direct: Redis;
  readonly #counts = new Map<string, number>();
  readonly #sentAt: number[] = [];
  #stopped: Promise<void> | undefined;
  /** Asked past the proxy. */
  #own = 0;

  private constructor(server: RedisServer, proxy: RedisProxy, direct: Redis) {
    this.#server = server;
    this.#proxy = proxy;
    this.#direct = direct;
    // Requests that arrive are counted, whatever is answered.
    proxy.onCommand(({ at, name }) => {
      if (at !== "request") return;
      this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
      this.#sentAt.push(Date.now());
    });
  }

  static async start(): Promise<CountedRedis> {
    const server = await startRedisServer();
    const proxy = await RedisProxy.start(server.url);
    const direct = new Redis(server.url, { enableReadyCheck: false, disableClientInfo: true });
    return new CountedRedis(server, proxy, direct);
  }

  /** Through the proxy. */
  get url(): string {
    return this.#proxy.url;
  }

  /** When each command of a client came by, in ms since the epoch. */
  get sentAt(): readonly number[] {
    return this.#sentAt;
  }

  /** Past the proxy. */
  get directUrl(): string {
    return this.#server.url;
  }

  async exists(key: string): Promise<boolean> {
    this.#own++;
    return (await this.#direct.exists(key)) > 0;
  }

  /** To be asked while nothing is under way: what is between proxy and server counts on one side only. */
  async figures(): Promise<RedisFigures> {
    const before = this.#own;
    this.#own++;
    const info = await this.#direct.info();
    const field = (name: string): number => Number(new RegExp(`^${name}:([\\d.]+)`, "m").exec(info)?.[1]);
    const clientTotal = [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
    return {
      client: Object.fromEntries(this.#counts),
      clientTotal,
      inside: field("total_commands_processed") - clientTotal - before,
      cpuMs: (field("used_cpu_user") + field("used_cpu_sys")) * 1_000,
      memoryMb: field("used_memory") / 1e6,
    };
  }

  /** Once, whoever asks. */
  stop(): Promise<void> {
    return (this.#stopped ??= this.#stop());
  }

  async #stop(): Promise<void> {
    this.#direct.disconnect();
    await this.#proxy.close();
    await this.#server.stop();
  }
}
