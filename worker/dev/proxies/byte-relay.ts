import { once } from "node:events";
import { createConnection, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** Stands on a TCP way and counts what passes, payload without the headers of TCP and IP. */
export class ByteRelay {
  /** From whoever connected. */
  sent = 0;
  /** To whoever connected. */
  received = 0;
  readonly #server: Server;
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, target: URL) {
    this.#server = server;
    this.#target = target;
    server.on("connection", (client) => this.#accept(client));
  }

  /** @param target whatever has a host and a port; the rest of it is kept in {@link url} */
  static async start(target: string): Promise<ByteRelay> {
    const server = createServer({ noDelay: true }).listen(0, "127.0.0.1");
    await once(server, "listening");
    return new ByteRelay(server, new URL(target));
  }

  /** The target's, through the relay. */
  get url(): string {
    const url = new URL(this.#target);
    url.hostname = "127.0.0.1";
    url.port = `${(this.#server.address() as AddressInfo).port}`;
    // `new URL` adds a path that a base URL must not end with.
    return this.#target.pathname === "/" ? url.href.replace(/\/$/, "") : url.href;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(client: Socket): void {
    const server = createConnection({
      host: this.#target.hostname,
      port: Number(this.#target.port),
      noDelay: true,
    });
    const end = (): void => {
      for (const socket of [client, server]) {
        socket.destroy();
        this.#sockets.delete(socket);
      }
    };
    client.on("data", (data) => (this.sent += data.length));
    server.on("data", (data) => (this.received += data.length));
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on("error", end).on("close", end);
    }
    client.pipe(server).pipe(client);
  }
}
