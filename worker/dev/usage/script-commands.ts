import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { createInterface } from "node:readline";

/** `+1795601489.316227 [0 lua] "hget" "…"` */
const IN_SCRIPT = /^\+(\d+\.\d+) \[\d+ lua\]/;

/** When each command inside a script ran, as MONITOR tells it. It holds a Redis up: for tests alone. */
export class ScriptCommands {
  /** Ms since the epoch. */
  readonly ranAt: number[] = [];
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    // Over a socket of its own: a client library may mix up what comes together with its reply.
    createInterface(socket).on("line", (line) => {
      const [, seconds] = IN_SCRIPT.exec(line) ?? [];
      if (seconds !== undefined) this.ranAt.push(Number(seconds) * 1_000);
    });
  }

  /** @param url of a Redis without a password */
  static async watch(url: string): Promise<ScriptCommands> {
    const { hostname, port } = new URL(url);
    const socket = createConnection({ host: hostname, port: Number(port) });
    await once(socket, "connect");
    socket.write("MONITOR\r\n");
    return new ScriptCommands(socket);
  }

  stop(): void {
    this.#socket.destroy();
  }
}
