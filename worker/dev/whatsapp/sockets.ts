import type { BinaryNode } from "@whiskeysockets/baileys";
import type { Connection } from "./connection.ts";
import { element } from "./node.ts";

/** The authenticated sockets of one number, of which only the last is alive. */
export class Sockets {
  max = 0;
  total = 0;
  conflicts = 0;
  /** The longest time that nobody was logged in, after somebody had been, in ms. */
  longestGapMs = 0;
  #endedAt: number | undefined;
  readonly #open = new Set<Connection>();
  #live: Connection | undefined;

  /** Those included that are being closed. */
  get count(): number {
    return this.#open.size;
  }

  get online(): boolean {
    return this.#live?.active === true;
  }

  attach(connection: Connection): void {
    if (this.#live) {
      this.conflicts++;
      this.kick();
    }
    this.#live = connection;
    if (this.#endedAt !== undefined)
      this.longestGapMs = Math.max(this.longestGapMs, performance.now() - this.#endedAt);
    this.#endedAt = undefined;
    this.#open.add(connection);
    this.total++;
    this.max = Math.max(this.max, this.#open.size);
  }

  detach(connection: Connection): void {
    this.#open.delete(connection);
    if (this.#open.size === 0) this.#endedAt = performance.now();
    if (this.#live === connection) this.#live = undefined;
  }

  /** Also before the client has said that it is ready. */
  send(node: BinaryNode): void {
    this.#live?.send(node);
  }

  kick(): void {
    this.#end({}, "replaced");
  }

  unlink(): void {
    this.#end({ code: "401" }, "device_removed");
  }

  drop(): void {
    this.#live?.terminate();
    this.#live = undefined;
  }

  stall(): void {
    this.#live?.stall();
  }

  resume(): void {
    for (const socket of this.#open) socket.resume();
  }

  #end(attributes: Record<string, string>, type: string): void {
    this.#live?.streamError(attributes, element("conflict", { type }));
    this.#live = undefined;
  }
}
