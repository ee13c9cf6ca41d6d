import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer, type RawData } from "ws";
import { Lane } from "./lane.ts";

/** The two ends of a connection that goes through the proxy. */
interface Pair {
  readonly client: WebSocket;
  readonly server: WebSocket;
}

/** Stands between workers and WhatsApp's socket: delays, cuts, and knows what the client has read. */
export class SocketProxy {
  /** Ms that each frame waits before it is passed on, in both directions. */
  latency: readonly [fromMs: number, toMs: number] = [0, 0];
  /** No connection is accepted. */
  unreachable = false;
  readonly #server: WebSocketServer;
  readonly #target: string;
  readonly #pairs = new Set<Pair>();

  private constructor(server: WebSocketServer, target: string) {
    this.#server = server;
    this.#target = target;
    server.on("connection", (client) => this.#accept(client));
  }

  static async start(target: string): Promise<SocketProxy> {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    await once(server, "listening");
    return new SocketProxy(server, target);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get connections(): number {
    return this.#pairs.size;
  }

  /**
   * Resolves when clients have read all that the server has written until now: a ping travels behind it on either
   * leg, and its pong says that what came before was taken.
   */
  async read(): Promise<void> {
    const reading = [...this.#pairs].map(async ({ client, server }) => {
      await answered(server);
      await answered(client);
    });
    await Promise.all(reading);
  }

  /** Cuts every connection. */
  cut(): void {
    for (const { client, server } of this.#pairs) {
      client.terminate();
      server.terminate();
    }
  }

  async close(): Promise<void> {
    this.cut();
    const closed = once(this.#server, "close");
    this.#server.close();
    await closed;
  }

  #accept(client: WebSocket): void {
    if (this.unreachable) {
      client.terminate();
      return;
    }
    const server = new WebSocket(this.#target);
    const pair: Pair = { client, server };
    this.#pairs.add(pair);
    const end = (): void => {
      client.terminate();
      server.terminate();
    };
    client.on("close", () => this.#pairs.delete(pair));
    // What the client writes before the way to the server is open.
    const opened = once(server, "open").catch(end);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      const lane = new Lane(
        (data) => to.send(data),
        () => to.close(),
      );
      from.on("error", end);
      // Behind the frames that came before it.
      from.on("close", () => lane.put(Buffer.alloc(0), 0, () => "cut"));
      from.on("message", (data: RawData) => {
        lane.put(data as Buffer, this.#waitMs(), () =>
          to.readyState === WebSocket.CONNECTING ? opened : undefined,
        );
      });
    }
  }

  #waitMs(): number {
    const [from, to] = this.latency;
    return to === 0 ? 0 : from + Math.random() * (to - from);
  }
}

async function answered(socket: WebSocket): Promise<void> {
  if (socket.readyState !== WebSocket.OPEN) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once("pong", () => resolve());
  socket.once("close", () => resolve());
  socket.ping();
  await promise;
}
