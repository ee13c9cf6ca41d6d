import { once } from "node:events";
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 50;

/** A process behind a load balancer. */
export interface Target {
  readonly port: number;
  /** Whether it answered its health checks as it should. */
  isHealthy: boolean;
}

/** The targets of one target group, as a load balancer uses them. */
export class Targets {
  readonly #all = new Map<Target, number>();
  #next = 0;

  get all(): readonly Target[] {
    return [...this.#all.keys()];
  }

  register(target: Target): void {
    this.#all.set(target, 0);
  }

  /** No request is sent to it any more. Resolves when those under way are answered, or have had their time. */
  async deregister(target: Target, seconds: number): Promise<void> {
    target.isHealthy = false;
    const deadline = performance.now() + seconds * 1_000;
    while ((this.#all.get(target) ?? 0) > 0 && performance.now() < deadline) await delay(POLL_MS);
    this.#all.delete(target);
  }

  /** One after the other. */
  pick(): Target | undefined {
    const healthy = this.all.filter(({ isHealthy }) => isHealthy);
    return healthy[this.#next++ % Math.max(healthy.length, 1)];
  }

  begun(target: Target): void {
    this.#all.set(target, (this.#all.get(target) ?? 0) + 1);
  }

  done(target: Target): void {
    const underWay = this.#all.get(target);
    if (underWay !== undefined) this.#all.set(target, underWay - 1);
  }
}

/**
 * An application load balancer: every request goes to one of the healthy targets. It speaks HTTP, whatever its listener
 * says: a rehearsal has no certificate.
 */
export class Balancer {
  readonly #server: Server;
  /** Where requests go now. */
  targets: (() => Targets | undefined) | undefined;

  private constructor(idleSeconds: number) {
    this.#server = createServer((incoming, outgoing) => this.#forward(incoming, outgoing));
    // For as long as nothing passes.
    this.#server.setTimeout(idleSeconds * 1_000);
  }

  static async open(idleSeconds: number): Promise<Balancer> {
    const balancer = new Balancer(idleSeconds);
    balancer.#server.listen(0, "127.0.0.1");
    await once(balancer.#server, "listening");
    return balancer;
  }

  /** Host and port. */
  get name(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const targets = this.targets?.();
    const target = targets?.pick();
    if (targets === undefined || target === undefined) {
      outgoing.writeHead(503, { "content-type": "text/plain" }).end("503 Service Temporarily Unavailable");
      return;
    }
    targets.begun(target);
    outgoing.once("close", () => targets.done(target));
    const onward = request({
      host: "127.0.0.1",
      port: target.port,
      method: incoming.method,
      path: incoming.url,
      headers: {
        ...incoming.headers,
        "x-forwarded-for": incoming.socket.remoteAddress ?? "",
        "x-forwarded-proto": "http",
      },
      // A connection that is kept would hold a target that is about to stop.
      agent: false,
    });
    onward.once("response", (response) => {
      const { connection: _own, "keep-alive": _too, ...headers } = response.headers;
      outgoing.writeHead(response.statusCode ?? 502, headers);
      response.pipe(outgoing);
      response.once("error", () => outgoing.destroy());
    });
    onward.once("error", () => {
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(502, { "content-type": "text/plain" }).end("502 Bad Gateway");
    });
    outgoing.once("close", () => onward.destroy());
    incoming.pipe(onward);
  }
}
