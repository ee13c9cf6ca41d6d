import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** The address of an emulated service: it stays while the processes behind it come and go. */
export class Route {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Port of the process that serves now. */
  target: number | undefined;

  private constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket) => this.#serve(socket));
  }

  /** @param at any free port of 127.0.0.1 unless told */
  static async open(at: { readonly host?: string; readonly port?: number } = {}): Promise<Route> {
    const server = createServer({ allowHalfOpen: true });
    const route = new Route(server);
    server.listen(at.port ?? 0, at.host ?? "127.0.0.1");
    await once(server, "listening");
    return route;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #serve(socket: Socket): void {
    this.#keep(socket);
    if (this.target === undefined) {
      socket.destroy();
      return;
    }
    const behind = connect({ host: "127.0.0.1", port: this.target, allowHalfOpen: true });
    this.#keep(behind);
    socket.pipe(behind).pipe(socket);
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    // Whoever talks through it notices by itself.
    socket.on("error", () => socket.destroy());
  }
}
