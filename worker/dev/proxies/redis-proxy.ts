import { createHash } from "node:crypto";
import { once } from "node:events";
import { createConnection, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { Lane } from "./lane.ts";
import { isError, isPush, RespReader, stringOf, wordsOf, type RespFrame } from "./resp.ts";

/** A command on its way through the proxy, or the reply to it. */
export interface ProxiedCommand {
  readonly at: "request" | "reply";
  /** In capitals. */
  readonly name: string;
  /** Name of the script that it runs, if it is a known one. */
  readonly script: string | undefined;
  /** What stands after the name. */
  readonly args: readonly string[];
  /** A reply that is one string or status; undefined for any other. */
  readonly reply: string | undefined;
  /** The reply is an error, for instance because the script is not loaded yet. */
  readonly failed: boolean;
}

/**
 * Sees a command before it is passed on, and its reply before that is: `cut` ends the client's connection instead, so
 * that nothing of it arrives; a promise holds it, and what follows on the connection, until it resolves.
 */
export type RedisTap = (command: ProxiedCommand) => void | "cut" | Promise<unknown>;

export interface RedisProxyOptions {
  /** SHA-1 → name, of the scripts to be recognised. */
  readonly scripts?: ReadonlyMap<string, string>;
}

/** Stands between workers and Redis: sees commands, delays them, and cuts connections. */
export class RedisProxy {
  /** Ms that each command waits before it is passed on. */
  latency: readonly [fromMs: number, toMs: number] = [0, 0];
  /** No connection is accepted. */
  unreachable = false;
  readonly #server: Server;
  readonly #target: URL;
  readonly #scripts: ReadonlyMap<string, string>;
  readonly #clients = new Set<Socket>();
  readonly #taps = new Set<RedisTap>();

  private constructor(server: Server, target: URL, scripts: ReadonlyMap<string, string>) {
    this.#server = server;
    this.#target = target;
    this.#scripts = scripts;
    server.on("connection", (client) => this.#accept(client));
  }

  /** @param url of the Redis, without a password */
  static async start(url: string, options: RedisProxyOptions = {}): Promise<RedisProxy> {
    const server = createServer({ noDelay: true }).listen(0, "127.0.0.1");
    await once(server, "listening");
    return new RedisProxy(server, new URL(url), options.scripts ?? new Map());
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get connections(): number {
    return this.#clients.size;
  }

  /** The returned function takes the tap away again. */
  onCommand(tap: RedisTap): () => void {
    this.#taps.add(tap);
    return () => void this.#taps.delete(tap);
  }

  /** Cuts every connection. */
  cut(): void {
    for (const client of this.#clients) client.destroy();
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.cut();
    await closed;
  }

  #accept(client: Socket): void {
    if (this.unreachable) {
      client.destroy();
      return;
    }
    this.#clients.add(client);
    const server = createConnection({
      host: this.#target.hostname,
      port: Number(this.#target.port),
      noDelay: true,
    });
    const end = (): void => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      socket.on("error", end);
      socket.on("close", end);
    }
    client.on("close", () => this.#clients.delete(client));

    const asked: Omit<ProxiedCommand, "at" | "reply" | "failed">[] = [];
    const requests = new RespReader();
    const toServer = new Lane((frame) => server.write(frame), end);
    client.on("data", (data) => {
      for (const frame of requests.push(data)) {
        toServer.put(frame, this.#waitMs(), () => {
          const command = this.#command(frame);
          asked.push(command);
          return this.#passes({ ...command, at: "request", reply: undefined, failed: false });
        });
      }
    });

    const replies = new RespReader();
    const toClient = new Lane((frame) => client.write(frame), end);
    server.on("data", (data) => {
      for (const frame of replies.push(data)) toClient.put(frame, 0, () => this.#replied(frame, asked));
    });
  }

  #replied(frame: RespFrame, asked: Omit<ProxiedCommand, "at" | "reply" | "failed">[]): ReturnType<RedisTap> {
    const command = isPush(frame) ? undefined : asked.shift();
    if (command === undefined) return;
    return this.#passes({ ...command, at: "reply", reply: stringOf(frame), failed: isError(frame) });
  }

  #passes(command: ProxiedCommand): ReturnType<RedisTap> {
    const held: Promise<unknown>[] = [];
    for (const tap of this.#taps) {
      const verdict = tap(command);
      if (verdict === "cut") return "cut";
      if (verdict !== undefined) held.push(verdict);
    }
    return held.length > 0 ? Promise.all(held) : undefined;
  }

  #command(frame: RespFrame): Omit<ProxiedCommand, "at" | "reply" | "failed"> {
    const [word = "", ...args] = wordsOf(frame);
    const name = word.toUpperCase();
    const sha = name === "EVALSHA" ? args[0] : name === "EVAL" ? sha1(args[0] ?? "") : undefined;
    return { name, args, script: sha === undefined ? undefined : this.#scripts.get(sha) };
  }

  #waitMs(): number {
    const [from, to] = this.latency;
    return to === 0 ? 0 : from + Math.random() * (to - from);
  }
}

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}
